using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Tests.Cli;
using Tests.Pipeline;

namespace Tests.Serve;

/// <summary>Tests <c>distill serve</c> as a process.</summary>
[Trait("Category", "Process")]
public sealed class ServeCommandTests : IDisposable
{
    private static readonly string Photos = Path.Combine(AppContext.BaseDirectory, "Golden", "Photos");

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("safetensors")]
    [InlineData("int8")]
    public async Task Predictions_are_those_of_distill_predict_and_a_signal_ends_the_server(string format)
    {
        string[] images = [Path.Combine(Photos, "420.jpg"), Path.Combine(Photos, "exif-6.jpg"), Path.Combine(Photos, "rgba.png")];
        var predicted = DistillProcess.Run(
            _folder.Path, ["predict", "--json", "--top", "10", "--format", format, "--model", RunningServer.ModelFolder, .. images]);
        using var process = new DistillProcess(_folder.Path, "serve", RunningServer.ModelFolder, "--port", "0", "--format", format);
        var line = process.ReadLine()!;
        var address = line.Split(' ').Single(word => word.StartsWith("http://127.0.0.1:", StringComparison.Ordinal));
        using var client = new HttpClient { BaseAddress = new Uri(address) };
        using var form = new MultipartFormDataContent();
        foreach (var image in images)
        {
            form.Add(new ByteArrayContent(File.ReadAllBytes(image)), "image", Path.GetFileName(image));
        }

        using var response = await client.PostAsync("predict", form);
        var answers = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsArray();
        process.Signal("TERM");
        var outcome = process.Finish();

        Assert.Equal(
            JsonNode.Parse(predicted.Output)!.AsArray().Select(image => image!["top"]!.ToJsonString()),
            answers.Select(image => image!["predictions"]!.ToJsonString()));
        Assert.Equal((0, "Stopping.\n"), (outcome.ExitCode, outcome.Errors));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    /// <summary>Every other command runs without ASP.NET Core, and this one says what is missing.</summary>
    [Fact]
    public void Without_aspnet_core_only_serve_is_refused()
    {
        var dotnet = DotnetWithoutAspNetCore();
        var environment = new Dictionary<string, string?> { ["DOTNET_ROOT"] = dotnet, ["DOTNET_ROOT_X64"] = dotnet };
        using var predict = new DistillProcess(
            _folder.Path, environment, "predict", Path.Combine(Photos, "420.jpg"), "--model", RunningServer.ModelFolder);
        using var serve = new DistillProcess(_folder.Path, environment, "serve", RunningServer.ModelFolder, "--port", "0");

        Assert.Equal(0, predict.Finish().ExitCode);
        var refused = serve.Finish();
        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.StartsWith("distill serve: found no ASP.NET Core beside the .NET in ", refused.Errors, StringComparison.Ordinal);
    }

    /// <summary>Makes a folder of .NET that has only the base runtime. Copies the files, since .NET would follow links.</summary>
    private string DotnetWithoutAspNetCore()
    {
        var runtime = RuntimeEnvironment.GetRuntimeDirectory().TrimEnd('/');
        var root = Path.GetFullPath(Path.Combine(runtime, "..", "..", ".."));
        foreach (var file in Directory.EnumerateFiles(runtime).Concat(
            Directory.EnumerateFiles(Path.Combine(root, "host"), "*", SearchOption.AllDirectories)))
        {
            var copy = _folder[Path.Combine("dotnet", Path.GetRelativePath(root, file))];
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return _folder["dotnet"];
    }
}
