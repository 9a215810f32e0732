using Distill.Learning.Native.Loading;
using Tests.Pipeline;

namespace Tests.Learning.Native.Loading;

public sealed class LibTorchVersionTests
{
    [Fact]
    public void Wheel_states_its_version_and_CUDA()
    {
        Assert.Equal(new LibTorchVersion("2.11.0+cu130", "13.0"), Read("version.py", """
            from typing import Optional

            __all__ = ['__version__', 'debug', 'cuda', 'git_version', 'hip', 'xpu']
            __version__ = '2.11.0+cu130'
            debug = False
            cuda: Optional[str] = '13.0'
            git_version = '70d99e9'
            hip: Optional[str] = None
            """));
    }

    [Fact]
    public void CPU_wheel_states_no_CUDA()
    {
        Assert.Equal(new LibTorchVersion("2.10.0", null), Read("version.py", """
            __version__ = "2.10.0"
            cuda: Optional[str] = None
            """));
    }

    [Fact]
    public void Older_wheels_are_read()
    {
        Assert.Equal(new LibTorchVersion("1.13.0a0", "11.8"), Read("version.py", """
            __version__: str = '1.13.0a0'
            cuda = '11.8'
            """));
    }

    [Fact]
    public void Unpacked_libtorch_states_its_version_in_build_version()
    {
        Assert.Equal(new LibTorchVersion("2.10.0+cpu", null), Read("build-version", "2.10.0+cpu\n"));
        Assert.Equal(new LibTorchVersion("2.10.0+cu128", "12.8"), Read("build-version", "2.10.0+cu128\n"));
    }

    [Fact]
    public void Folder_without_a_version_file_states_none()
    {
        using var folder = new TempFolder();
        Assert.Null(LibTorchVersion.ReadBeside(Path.Combine(folder.Path, "lib")));
    }

    [Theory]
    [InlineData("2.10.0", true)]
    [InlineData("2.10.1+cu128", true)]
    [InlineData("2.1.0", false)]
    [InlineData("2.100.0", false)]
    [InlineData("1.13.0a0", false)]
    public void Only_tested_versions_are_accepted(string version, bool proven) =>
        Assert.Equal(proven, new LibTorchVersion(version, null).IsProven);

    [Fact]
    public void Library_states_its_version_in_three_bytes() =>
        Assert.Equal("2.10.3", LibTorchVersion.FromAbi(0x020A_0300_0000_0000).Text);

    [Fact]
    public void Libtorch_of_these_tests_is_a_tested_version()
    {
        var build = LibTorch.Build;
        Assert.True(new LibTorchVersion(build.Version!, null).IsProven, build.Version);
        Assert.True(File.Exists(Path.Combine(build.Folder, TorchLibraries.CpuName)), build.Folder);
    }

    private static LibTorchVersion? Read(string file, string text)
    {
        using var folder = new TempFolder();
        File.WriteAllText(Path.Combine(folder.Path, file), text);
        return LibTorchVersion.ReadBeside(Path.Combine(folder.Path, "lib"));
    }
}
