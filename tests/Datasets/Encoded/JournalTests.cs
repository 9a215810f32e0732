using Distill.Datasets.Encoded;
using Tests.Pipeline;

namespace Tests.Datasets.Encoded;

public sealed class JournalTests : IDisposable
{
    private const string Head = "# pass 1";

    private readonly TempFolder _folder = new();

    private string Path => _folder["pass.part"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Lines_are_found_again_and_added_to()
    {
        Write("a\tb", "c");
        Assert.Equal(["a\tb", "c"], Journal.Read(Path, Head));
        Write("d");
        Assert.Equal(["a\tb", "c", "d"], Journal.Read(Path, Head));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    public void Cut_line_is_ignored_and_does_not_spoil_the_next(int cut)
    {
        Write("first", "second");
        using (var file = File.OpenWrite(Path))
        {
            file.SetLength(file.Length - cut);
        }

        // Without its line break, a line is still whole.
        string[] whole = cut == 1 ? ["first", "second"] : ["first"];
        Assert.Equal(whole, Journal.Read(Path, Head));
        Write("third");
        Assert.Equal([.. whole, "third"], Journal.Read(Path, Head));
    }

    [Fact]
    public void Changed_line_is_ignored()
    {
        Write("first", "second");
        File.WriteAllText(Path, File.ReadAllText(Path).Replace("first", "fired"));
        Assert.Equal(["second"], Journal.Read(Path, Head));
    }

    [Fact]
    public void Journal_of_something_else_begins_again()
    {
        Write("first");
        Assert.Empty(Journal.Read(Path, "# pass 2"));
        using (new Journal(Path, "# pass 2", TimeProvider.System))
        {
        }

        Assert.Empty(Journal.Read(Path, Head));
    }

    [Fact]
    public void File_that_cannot_be_written_costs_nothing_but_the_journal()
    {
        Directory.CreateDirectory(Path);
        using var journal = new Journal(Path, Head, TimeProvider.System);
        journal.Add("line");
    }

    private void Write(params string[] lines)
    {
        using var journal = new Journal(Path, Head, TimeProvider.System);
        foreach (var line in lines)
        {
            journal.Add(line);
        }
    }
}
