using Distill.Learning.Native.Loading;
using Distill.Pipeline.Options;
using Tests.Pipeline;

namespace Tests.Learning.Native.Loading;

/// <summary>Folders and interpreters are fakes, and no library is opened.</summary>
public sealed class LibTorchChoiceTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nothing_is_chosen_without_a_variable()
    {
        Assert.Null(Read());
        Assert.Null(Read(("LIBTORCH", "")));
        Assert.Null(Read(("LIBTORCH_USE_PYTORCH", "0")));
        Assert.Null(Read(("LIBTORCH_BYPASS_VERSION_CHECK", "1")));
    }

    [Fact]
    public void Folder_of_the_libraries_and_its_parent_are_accepted()
    {
        var lib = MakeLibTorch();
        Assert.Equal(lib, Read(("LIBTORCH", lib))!.Folder);
        Assert.Equal(lib, Read(("LIBTORCH", Path.GetDirectoryName(lib)!))!.Folder);
    }

    [Fact]
    public void Folder_without_libtorch_is_refused()
    {
        AssertRefuses(["LIBTORCH=", "libtorch_cpu.so"], ("LIBTORCH", _folder.Path));
        AssertRefuses(["does not exist"], ("LIBTORCH", Path.Combine(_folder.Path, "nowhere")));
    }

    [Fact]
    public void Missing_library_is_named()
    {
        var lib = MakeLibTorch();
        File.Delete(Path.Combine(lib, "libc10.so"));
        AssertRefuses([Path.Combine(lib, "libc10.so"), "does not exist"], ("LIBTORCH", lib));
    }

    [Fact]
    public void Untested_version_is_refused_with_both_versions()
    {
        var lib = MakeLibTorch("2.12.0+cu130");
        AssertRefuses(["2.12.0+cu130", "2.10", "LIBTORCH_BYPASS_VERSION_CHECK"], ("LIBTORCH", lib));
    }

    [Fact]
    public void Bypass_ignores_the_version()
    {
        var lib = MakeLibTorch("2.12.0+cu130");
        // The loader comes next, and fails because these files are empty.
        AssertRefuses([Path.Combine(lib, "libc10.so"), "file too short"], ("LIBTORCH", lib), ("LIBTORCH_BYPASS_VERSION_CHECK", "1"));
    }

    [Fact]
    public void Build_with_libtorch_refuses_another_one()
    {
        var lib = MakeLibTorch();
        var program = Directory.CreateDirectory(Path.Combine(_folder.Path, "program")).FullName;
        File.WriteAllText(Path.Combine(program, "libtorch_cpu.so"), "");
        var refusal = Assert.Throws<UserException>(() => Read(("LIBTORCH", lib))!.Open(program));
        Assert.Contains("Accelerator=none", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("VIRTUAL_ENV")]
    [InlineData("CONDA_PREFIX")]
    public void Python_of_the_active_environment_is_used(string environment)
    {
        var torch = Path.GetDirectoryName(MakeLibTorch())!;
        var python = MakePython($"echo {torch}/__init__.py");
        var choice = Read(("LIBTORCH_USE_PYTORCH", "1"), ("LIBTORCH", "/elsewhere"), (environment, python));
        Assert.Equal(Path.Combine(torch, "lib"), choice!.Folder);
    }

    [Theory]
    [InlineData("echo", "does not have a PyTorch")]
    [InlineData("echo ModuleNotFoundError: made up >&2; exit 1", "ModuleNotFoundError: made up")]
    public void Python_without_PyTorch_is_refused(string body, string message) =>
        AssertRefuses([message, "LIBTORCH"], ("LIBTORCH_USE_PYTORCH", "1"), ("VIRTUAL_ENV", MakePython(body)));

    [Fact]
    public void Missing_python_is_refused() =>
        AssertRefuses([Path.Combine(_folder.Path, "bin", "python3")], ("LIBTORCH_USE_PYTORCH", "1"), ("VIRTUAL_ENV", _folder.Path));

    [Fact]
    public void Cuda_libraries_of_a_wheel_are_listed_in_order()
    {
        string[] files =
        [
            "cu13/lib/libnvrtc.so.13",
            "cu13/lib/libnvrtc-builtins.so.13.0",
            "cu13/lib/libnvrtc.alt.so.13",
            "cu13/lib/libcublasLt.so.13",
            "cudnn/lib/libcudnn.so.9",
        ];
        foreach (var file in files)
        {
            _folder.Write($"site/nvidia/{file}", "");
        }

        Assert.Equal(
            ["libcublasLt.so.13", "libnvrtc.so.13", "libnvrtc-builtins.so.13.0"],
            TorchLibraries.CudaPartsOf(_folder["site/torch/lib"]).Select(path => Path.GetFileName(path)));
        Assert.Empty(TorchLibraries.CudaPartsOf(_folder["elsewhere/lib"]));
    }

    private static LibTorchChoice? Read(params (string Name, string Value)[] variables) =>
        LibTorchChoice.Read(name => variables.FirstOrDefault(variable => variable.Name == name).Value);

    private void AssertRefuses(string[] parts, params (string Name, string Value)[] variables)
    {
        var refusal = Assert.Throws<UserException>(() => Read(variables)!.Open(_folder.Path));
        Assert.All(parts, part => Assert.Contains(part, refusal.Message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', refusal.Message);
    }

    /// <summary>Creates empty files with the right names, and returns their folder.</summary>
    private string MakeLibTorch(string version = "2.10.0+cpu")
    {
        var lib = Directory.CreateDirectory(Path.Combine(_folder.Path, "libtorch", "lib")).FullName;
        foreach (var name in new[] { "libc10.so", "libtorch_cpu.so", "libtorch.so" })
        {
            File.WriteAllText(Path.Combine(lib, name), "");
        }

        File.WriteAllText(Path.Combine(lib, "..", "build-version"), version);
        return lib;
    }

    /// <summary>Creates an environment whose interpreter is a shell script, and returns its folder.</summary>
    private string MakePython(string body)
    {
        _folder.WriteScript("environment/bin/python3", body);
        return _folder["environment"];
    }
}
