using System.Diagnostics;
using Distill.Artifacts;
using Tests.Pipeline;

namespace Tests.Artifacts;

public sealed class ChecksumsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public ChecksumsTests()
    {
        _folder.Write("b.txt", "two");
        _folder.Write("a.txt", "one");
        Checksums.Write(_folder.Path);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void List_has_a_line_per_file_ordered_by_name() => Assert.Equal(
        """
        7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed  a.txt
        3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3  b.txt

        """,
        File.ReadAllText(_folder["SHA256SUMS"]));

    [Fact]
    public void Sha256sum_accepts_the_list()
    {
        using var process = Process.Start(new ProcessStartInfo("sha256sum", ["--check", "--strict", "SHA256SUMS"])
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("a.txt: OK\nb.txt: OK\n", process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public void Unchanged_files_pass() => Checksums.Verify(_folder.Path, "a.txt", "b.txt");

    [Fact]
    public void Changed_file_is_named()
    {
        File.AppendAllText(_folder["b.txt"], "!");
        Checksums.Verify(_folder.Path, "a.txt");

        var message = Assert.Throws<InvalidDataException>(() => Checksums.Verify(_folder.Path, "a.txt", "b.txt")).Message;
        Assert.StartsWith(_folder["b.txt"], message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_list_means_an_incomplete_folder()
    {
        File.Delete(_folder["SHA256SUMS"]);
        var message = Assert.Throws<InvalidDataException>(() => Checksums.Verify(_folder.Path, "a.txt")).Message;
        Assert.Contains("this folder is incomplete", message, StringComparison.Ordinal);
    }
}
