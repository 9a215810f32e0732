using System.Diagnostics;
using Tests.Pipeline;

namespace Tests.BenchmarkTests;

/// <summary>tests/gpu/prove.sh before anything is proven: the whole of it needs the archive that make gpu-pack builds.</summary>
public sealed class ProveScriptTests
{
    [Theory]
    [InlineData("")]
    [InlineData("--output")]
    [InlineData("--output out --device tpu")]
    [InlineData("--output out --minutes soon")]
    [InlineData("--output out --speed")]
    public void A_wrong_call_shows_how_it_is_called(string arguments)
    {
        using var folder = new TempFolder();
        var (code, errors) = Run(folder.Path, arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(1, code);
        Assert.Contains("prove.sh --output FOLDER", errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Without_an_archive_it_says_how_to_build_one()
    {
        using var folder = new TempFolder();
        var (code, errors) = Run(folder.Path, "--output", folder["out"], folder["nothing.tar.xz"]);
        Assert.Equal(1, code);
        Assert.Contains("make gpu-pack", errors, StringComparison.Ordinal);
    }

    private static (int Code, string Errors) Run(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "tests", "gpu", "prove.sh"), arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors);
    }
}
