using Distill.Pipeline.Storage;

namespace Tests.Pipeline.Storage;

public class DurableTests
{
    [Fact]
    public void Replacing_a_file_leaves_no_other_file()
    {
        using var folder = new TempFolder();
        folder.Write("a.txt", "old");

        Durable.WriteText(folder["a.txt"], "new – ü");

        Assert.Equal("new – ü"u8.ToArray(), File.ReadAllBytes(folder["a.txt"]));
        Assert.Equal(["a.txt"], folder.Names());
    }

    [Fact]
    public void Writing_a_new_file_creates_its_folders()
    {
        using var folder = new TempFolder();

        Durable.WriteText(folder["x/y/a.txt"], "new");

        Assert.Equal("new", File.ReadAllText(folder["x/y/a.txt"]));
    }

    [Fact]
    public void A_write_that_fails_midway_keeps_the_old_file()
    {
        using var folder = new TempFolder();
        folder.Write("a.txt", "old");

        Assert.Throws<InvalidOperationException>(() => Durable.WriteFile(folder["a.txt"], stream =>
        {
            stream.Write("half of the n"u8);
            stream.Flush();
            Assert.EndsWith(".partial", folder.Names()[1]);
            throw new InvalidOperationException();
        }));

        Assert.Equal("old", File.ReadAllText(folder["a.txt"]));
        Assert.Equal(["a.txt"], folder.Names());
    }

    [Fact]
    public void A_folder_is_committed_with_all_its_files()
    {
        using var folder = new TempFolder();
        var partial = Durable.PartialName(folder["final"]);
        Directory.CreateDirectory(Path.Combine(partial, "inner"));
        File.WriteAllText(Path.Combine(partial, "inner", "a.txt"), "a");

        Durable.CommitFolder(partial, folder["final"]);

        Assert.Equal(["final"], folder.Names());
        Assert.Equal("a", File.ReadAllText(folder["final/inner/a.txt"]));
    }

    [Theory]
    [InlineData("final/kept.txt")]
    [InlineData("final")]
    public void Committing_a_folder_never_replaces_anything(string inTheWay)
    {
        using var folder = new TempFolder();
        folder.Write(inTheWay, "kept");
        folder.Write("new/a.txt", "a");

        Assert.Throws<IOException>(() => Durable.CommitFolder(folder["new"], folder["final"]));

        Assert.Equal("kept", File.ReadAllText(folder[inTheWay]));
        Assert.Equal(["final", "new"], folder.Names());
    }

    [Fact]
    public void Only_names_of_this_program_are_deleted_as_leftovers()
    {
        using var folder = new TempFolder();
        File.WriteAllText(Durable.PartialName(folder["a.txt"]), "ours");
        Directory.CreateDirectory(Durable.PartialName(folder["published"]));
        folder.Write("step-00000100.partial/weights", "ours");
        folder.Write("movie.partial", "the user's");
        folder.Write("step-one.partial/x", "the user's");
        folder.Write("a.txt", "done");

        Durable.SweepPartials(folder.Path);
        Durable.SweepPartials(folder["no such folder"]);

        Assert.Equal(["a.txt", "movie.partial", "step-one.partial"], folder.Names());
    }

    [Fact]
    public void Failing_to_sync_a_folder_names_the_folder()
    {
        using var folder = new TempFolder();

        var error = Assert.Throws<IOException>(() => Durable.SyncFolder(folder["none"]));

        Assert.Equal($"{folder["none"]}: No such file or directory", error.Message);
    }
}
