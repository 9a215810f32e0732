using System.Diagnostics;
using Tests.Pipeline;

namespace Tests.Cli;

/// <summary>Tests which libtorch stages/accelerator.sh chooses for a build, on a copy of the projects without a package source.</summary>
[Trait("Category", "Process")]
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
    public void Without_a_gpu_the_build_is_for_the_cpu() => Assert.Equal(("cpu", ""), Run("/nonexistent"));

    [Fact]
    public void A_variable_that_names_an_installed_libtorch_is_obeyed()
    {
        Assert.Equal(("none", ""), Run("/dev/null", ("LIBTORCH", "/opt/libtorch")));
        Assert.Equal(("none", ""), Run("/dev/null", ("LIBTORCH_USE_PYTORCH", "1")));
        Assert.Equal(("cpu", ""), Run("/nonexistent", ("LIBTORCH_USE_PYTORCH", "0")));
    }

    [Fact]
    public void With_a_gpu_but_no_cuda_packages_the_build_is_for_the_cpu()
    {
        var (choice, reason) = Run("/dev/null", ("PATH", PathWithoutPython()));

        Assert.Equal("cpu", choice);
        var lines = reason.Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Contains("restoring TorchSharp-cuda-linux, about 2.5 GB", lines[0], StringComparison.Ordinal);
        Assert.Contains("TorchSharp-cuda-linux could not be restored", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void With_a_gpu_but_no_cuda_packages_the_right_pytorch_is_used()
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
        // Without a source and a cache, no machine can restore a package.
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

    /// <summary>Returns a PATH whose python3 finds a fake torch of this version.</summary>
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
