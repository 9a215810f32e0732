using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tests.Pipeline;

namespace Tests.Serve;

/// <summary>A page in a headless Chromium.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private readonly TempFolder _profile = new();
    private readonly Process _process;
    private DevTools? _tools;

    private Chromium() => _process = Process.Start(new ProcessStartInfo(
        Program!,
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-port=0",
            $"--user-data-dir={_profile.Path}", "about:blank",
        ])
    { RedirectStandardError = true, RedirectStandardOutput = true })!;

    /// <summary>Path of the program; null if it is not installed.</summary>
    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .SelectMany(folder => new[] { "chromium", "chromium-browser", "google-chrome" }.Select(name => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    /// <summary>Addresses of all requests of the page.</summary>
    public IEnumerable<string> Requests =>
        _tools!.EventsOf("Network.requestWillBeSent").Select(sent => sent["request"]!["url"]!.GetValue<string>());

    /// <summary>Errors and warnings in the console, exceptions, and what the content policy blocked.</summary>
    public IEnumerable<string> Problems =>
    [
        .. _tools!.EventsOf("Runtime.exceptionThrown").Select(thrown => thrown.ToJsonString()),
        .. _tools!.EventsOf("Runtime.consoleAPICalled").Select(call => call.ToJsonString()),
        .. _tools!.EventsOf("Log.entryAdded").Select(entry => entry["entry"]!.ToJsonString()),
    ];

    /// <summary>Opens a page in a window of a size, in CSS pixels.</summary>
    public static async Task<Chromium> OpenAsync(Uri address, int width, int height, string scheme = "light")
    {
        var browser = new Chromium();
        await browser.ConnectAsync();
        foreach (var domain in new[] { "Page", "Runtime", "Network", "Log", "DOM" })
        {
            await browser._tools!.SendAsync($"{domain}.enable");
        }

        await browser._tools!.SendAsync("Emulation.setDeviceMetricsOverride", new JsonObject
        {
            ["width"] = width,
            ["height"] = height,
            ["deviceScaleFactor"] = 1,
            ["mobile"] = width < 600,
        });
        await browser._tools!.SendAsync("Emulation.setEmulatedMedia", new JsonObject
        {
            ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = scheme }),
        });
        await browser._tools!.SendAsync("Page.navigate", new JsonObject { ["url"] = address.ToString() });
        return browser;
    }

    /// <summary>Evaluates JavaScript in the page, and returns the value.</summary>
    public async Task<JsonNode?> EvaluateAsync(string script)
    {
        var parameters = new JsonObject { ["expression"] = script, ["returnByValue"] = true, ["awaitPromise"] = true };
        return (await _tools!.SendAsync("Runtime.evaluate", parameters))["result"]!["value"];
    }

    /// <summary>Waits until JavaScript gives true.</summary>
    public async Task UntilAsync(string script)
    {
        var clock = Stopwatch.StartNew();
        while ((await EvaluateAsync(script))?.GetValueKind() != JsonValueKind.True)
        {
            Assert.True(clock.Elapsed < DevTools.Timeout, $"never true: {script}");
            await Task.Delay(50);
        }
    }

    /// <summary>Chooses files in the file input that a CSS selector names.</summary>
    public async Task ChooseAsync(string selector, params string[] files)
    {
        var document = await _tools!.SendAsync("DOM.getDocument");
        var node = await _tools!.SendAsync("DOM.querySelector", new JsonObject
        {
            ["nodeId"] = document["root"]!["nodeId"]!.GetValue<int>(),
            ["selector"] = selector,
        });
        await _tools!.SendAsync("DOM.setFileInputFiles", new JsonObject
        {
            ["nodeId"] = node["nodeId"]!.GetValue<int>(),
            ["files"] = new JsonArray([.. files.Select(file => JsonValue.Create(file))]),
        });
    }

    /// <summary>Drags files into the page and drops them at a point.</summary>
    public async Task DropAsync(int x, int y, params string[] files)
    {
        foreach (var kind in new[] { "dragEnter", "dragOver", "drop" })
        {
            await _tools!.SendAsync("Input.dispatchDragEvent", new JsonObject
            {
                ["type"] = kind,
                ["x"] = x,
                ["y"] = y,
                ["data"] = new JsonObject
                {
                    ["items"] = new JsonArray(),
                    ["files"] = new JsonArray([.. files.Select(file => JsonValue.Create(file))]),
                    ["dragOperationsMask"] = 1,
                },
            });
        }
    }

    /// <summary>Lists the roles and names of what a screen reader sees, such as <c>button: Clear</c>.</summary>
    public async Task<IReadOnlyList<string>> AccessibleNamesAsync()
    {
        var nodes = (await _tools!.SendAsync("Accessibility.getFullAXTree"))["nodes"]!.AsArray();
        return [.. nodes.Where(node => node!["ignored"]?.GetValue<bool>() == false).Select(
            node => $"{Value(node!, "role")}: {Value(node!, "name")}")];

        static string Value(JsonNode node, string key) => node[key]?["value"]?.ToString() ?? "";
    }

    /// <summary>Presses and releases a key, such as Tab.</summary>
    public async Task PressAsync(string key, int code)
    {
        foreach (var kind in new[] { "keyDown", "keyUp" })
        {
            await _tools!.SendAsync("Input.dispatchKeyEvent", new JsonObject
            {
                ["type"] = kind,
                ["key"] = key,
                ["code"] = key,
                ["windowsVirtualKeyCode"] = code,
                ["text"] = key == "Enter" && kind == "keyDown" ? "\r" : "",
            });
        }
    }

    /// <summary>Draws what the window shows, as PNG.</summary>
    public async Task<byte[]> ScreenshotAsync() =>
        Convert.FromBase64String((await _tools!.SendAsync("Page.captureScreenshot"))["data"]!.GetValue<string>());

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await (_tools?.DisposeAsync() ?? ValueTask.CompletedTask);
        _process.Dispose();
        _profile.Dispose();
    }

    private async Task ConnectAsync()
    {
        const string Announcement = "DevTools listening on ";
        string? line;
        do
        {
            line = await _process.StandardError.ReadLineAsync().WaitAsync(DevTools.Timeout);
        }
        while (line?.StartsWith(Announcement, StringComparison.Ordinal) == false);
        _ = _process.StandardError.ReadToEndAsync();
        _tools = await DevTools.ConnectAsync(new Uri(line![Announcement.Length..]));
    }
}
