using System.Diagnostics;
using Benchmarks.Reference;

namespace Tests.Publish;

/// <summary>A test that asks PyTorch and torchvision, skipped where there are none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PythonFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Found = new(Python.Find);

    public PythonFactAttribute() => Skip = Found.Value is null ? Python.Advice : null;

    /// <summary>Runs a script, with tests/Publish/python behind the packages that are installed.</summary>
    public static string Run(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Found.Value!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PYTHONPATH"] = Path.Combine(Repository.Root, "tests", "Publish", "python");
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.GetAwaiter().GetResult());
        return output;
    }
}
