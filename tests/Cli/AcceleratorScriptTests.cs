using System.Diagnostics;
using Tests.Pipeline;

namespace Tests.Cli;

/// <summary>Which libtorch a build brings, as stages/accelerator.sh decides on a copy of the projects without any package source.</summary>
public sealed class AcceleratorScriptTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public AcceleratorScriptTests()
    {
        foreach (var file in new[]
        {
            "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "stages/accelerator.sh",
            "stages/Learning/Learning.csproj", "stages/Pipeline/Pipeline.csproj",
        })
        {
            var copy = Path.Combine(_folder.Path, file);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Path.Combine(Repository.Root, file), copy);
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_a_gpu_it_is_the_cpu() => Assert.Equal(("cpu", ""), Run("/nonexistent"));

    [Fact]
    public void An_installed_libtorch_that_is_named_is_used()
    {
        Assert.Equal(("none", ""), Run("/dev/null", ("LIBTORCH", "/opt/libtorch")));
        Assert.Equal(("none", ""), Run("/dev/null", ("LIBTORCH_USE_PYTORCH", "1")));
        Assert.Equal(("cpu", ""), Run("/nonexistent", ("LIBTORCH_USE_PYTORCH", "0")));
    }

    [Fact]
    public void With_a_gpu_but_without_the_cuda_packages_one_line_says_so_and_the_build_is_for_the_cpu()
    {
        var (choice, reason) = Run("/dev/null", ("PATH", PathWithoutPython()));
        Assert.Equal("cpu", choice);
        string[] lines = reason.Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Contains("restoring TorchSharp-cuda-linux, about 2.5 GB", lines[0], StringComparison.Ordinal);
        Assert.Contains("TorchSharp-cuda-linux could not be restored", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Then_a_python_with_the_right_pytorch_serves()
    {
        var (choice, reason) = Run("/dev/null", ("PATH", PathWithPyTorch("2.10.0+cu128")));
        Assert.Equal("none", choice);
        Assert.Contains("using the libtorch of python3's PyTorch", reason, StringComparison.Ordinal);
        Assert.Equal("cpu", Run("/dev/null", ("PATH", PathWithPyTorch("2.9.0+cu128"))).Choice);
    }

    private (string Choice, string Reason) Run(string gpuFile, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(Path.Combine(_folder.Path, "stages", "accelerator.sh"), [gpuFile])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("LIBTORCH");
        start.Environment.Remove("LIBTORCH_USE_PYTORCH");
        // No source and no cache: nothing can be restored, wherever this runs.
        start.Environment["NUGET_PACKAGES"] = Path.Combine(_folder.Path, "packages");
        start.Environment["RestoreSources"] = Directory.CreateDirectory(Path.Combine(_folder.Path, "source")).FullName;
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (output.Trim(), errors.GetAwaiter().GetResult().Trim());
    }

    private string PathWithoutPython() => PathWith("exit 1");

    /// <summary>An interpreter that finds a made-up torch.</summary>
    private string PathWithPyTorch(string version)
    {
        var torch = Directory.CreateDirectory(Path.Combine(_folder.Path, "site", "torch")).FullName;
        Directory.CreateDirectory(Path.Combine(torch, "lib"));
        File.WriteAllText(Path.Combine(torch, "__init__.py"), "");
        File.WriteAllText(Path.Combine(torch, "version.py"), $"__version__ = '{version}'\n");
        File.WriteAllText(Path.Combine(torch, "lib", "libtorch_cuda.so"), "");
        return PathWith($"echo {torch}/__init__.py");
    }

    private string PathWith(string script) =>
        $"{Path.GetDirectoryName(_folder.WriteScript("bin/python3", script))}:{Environment.GetEnvironmentVariable("PATH")}";
}
