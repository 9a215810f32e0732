using Distill.Learning.Native.Loading;
using Tests.Pipeline;

namespace Tests.Learning.Native.Loading;

public sealed class LibTorchVersionTests
{
    [Fact]
    public void A_wheel_states_its_version_and_cuda()
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
    public void A_wheel_for_the_cpu_states_no_cuda()
    {
        Assert.Equal(new LibTorchVersion("2.10.0", null), Read("version.py", """
            __version__ = "2.10.0"
            cuda: Optional[str] = None
            """));
    }

    [Fact]
    public void Older_wheels_are_read_too()
    {
        Assert.Equal(new LibTorchVersion("1.13.0a0", "11.8"), Read("version.py", """
            __version__: str = '1.13.0a0'
            cuda = '11.8'
            """));
    }

    [Fact]
    public void An_unpacked_libtorch_states_it_in_build_version()
    {
        Assert.Equal(new LibTorchVersion("2.10.0+cpu", null), Read("build-version", "2.10.0+cpu\n"));
        Assert.Equal(new LibTorchVersion("2.10.0+cu128", "12.8"), Read("build-version", "2.10.0+cu128\n"));
    }

    [Fact]
    public void A_folder_without_such_a_file_states_none()
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
    public void Only_proven_versions_are_accepted(string version, bool proven) => Assert.Equal(proven, new LibTorchVersion(version, null).IsProven);

    [Fact]
    public void The_library_itself_states_it_in_three_bytes() => Assert.Equal("2.10.3", LibTorchVersion.FromAbi(0x020A_0300_0000_0000).Text);

    [Fact]
    public void The_libtorch_of_these_tests_is_a_proven_one()
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
