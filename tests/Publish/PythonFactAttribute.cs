using System.Diagnostics;
using Benchmarks.Reference;

namespace Tests.Publish;

/// <summary>A test that runs PyTorch and torchvision; skipped if they are not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PythonFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Found = new(Python.Find);

    public PythonFactAttribute() => Skip = Found.Value is null ? Python.Advice : null;

    /// <summary>Runs a Python script and returns its output. tests/Publish/python is searched after the installed packages.</summary>
    public static string Run(params IEnumerable<string> arguments) => RunIn("", arguments);

    /// <summary>Runs a Python script in a working folder; "" for that of this process.</summary>
    public static string RunIn(string folder, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Found.Value!, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PYTHONPATH"] = Path.Combine(Repository.Root, "tests", "Publish", "python");
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.GetAwaiter().GetResult());
        return output;
    }
}
