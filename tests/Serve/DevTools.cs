using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Tests.Serve;

/// <summary>A connection to a browser by the DevTools protocol (https://chromedevtools.github.io/devtools-protocol).</summary>
internal sealed class DevTools : IAsyncDisposable
{
    /// <summary>Most time of one command.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _waiting = new();
    private readonly ConcurrentQueue<JsonNode> _events = new();
    private Task _reader = Task.CompletedTask;
    private string? _session;
    private int _commands;

    /// <summary>Connects to a browser and opens an empty page.</summary>
    public static async Task<DevTools> ConnectAsync(Uri browser)
    {
        var tools = new DevTools();
        await tools._socket.ConnectAsync(browser, CancellationToken.None);
        tools._reader = tools.ReadAsync();
        var target = await tools.SendAsync("Target.createTarget", new JsonObject { ["url"] = "about:blank" });
        var attached = await tools.SendAsync("Target.attachToTarget", new JsonObject
        {
            ["targetId"] = target["targetId"]!.GetValue<string>(),
            ["flatten"] = true,
        });
        tools._session = attached["sessionId"]!.GetValue<string>();
        return tools;
    }

    /// <summary>Returns the parameters of all events of a kind.</summary>
    public IEnumerable<JsonNode> EventsOf(string method) =>
        _events.Where(happened => happened["method"]!.GetValue<string>() == method).Select(happened => happened["params"]!);

    /// <summary>Sends a command to the page, and returns its result.</summary>
    public async Task<JsonNode> SendAsync(string method, JsonObject? parameters = null)
    {
        var id = Interlocked.Increment(ref _commands);
        var answer = _waiting[id] = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        var command = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [], ["sessionId"] = _session };
        if (_session is null)
        {
            command.Remove("sessionId");
        }

        await _socket.SendAsync(Encoding.UTF8.GetBytes(command.ToJsonString()), WebSocketMessageType.Text, true, CancellationToken.None);
        var found = await answer.Task.WaitAsync(Timeout);
        return found["result"] ?? throw new InvalidOperationException($"{method}: {found["error"]?.ToJsonString()}");
    }

    /// <summary>Waits for the end of the browser.</summary>
    public async ValueTask DisposeAsync()
    {
        await _reader;
        _socket.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[1 << 16];
        using var message = new MemoryStream();
        try
        {
            while (await _socket.ReceiveAsync(buffer, CancellationToken.None) is { MessageType: WebSocketMessageType.Text } piece)
            {
                message.Write(buffer, 0, piece.Count);
                if (!piece.EndOfMessage)
                {
                    continue;
                }

                var json = JsonNode.Parse(message.GetBuffer().AsSpan(0, (int)message.Length))!;
                message.SetLength(0);
                if (json["id"] is { } id && _waiting.TryRemove(id.GetValue<int>(), out var answer))
                {
                    answer.SetResult(json);
                }
                else if (json["method"] is not null)
                {
                    _events.Enqueue(json);
                }
            }
        }
        catch (WebSocketException)
        {
            // The browser was ended.
        }
    }
}
