namespace Tests.Cli.Commands;

/// <summary>Tests which files <c>distill data split</c> replaces.</summary>
[Trait("Category", "Process")]
public sealed class SplitCommandTests : IDisposable
{
    private readonly TinyPipeline _pipeline = new();

    private string Output => Path.Combine(_pipeline.Folder, "split.txt");

    public void Dispose() => _pipeline.Dispose();

    [Fact]
    public void A_file_of_other_content_is_refused_unless_it_may_be_replaced()
    {
        File.WriteAllText(Output, "my notes\n");

        var refused = Split();
        Assert.Equal(
            (1, "split.txt: this file exists and has other content; give another --output, or --force to replace it\n"),
            (refused.ExitCode, refused.Errors));
        Assert.Equal("my notes\n", File.ReadAllText(Output));

        Assert.Equal(0, Split("--force").ExitCode);
        Assert.StartsWith("# dataset: sample\n", File.ReadAllText(Output), StringComparison.Ordinal);

        var again = Split();
        Assert.True(again.ExitCode == 0, again.Errors);
        Assert.Equal(1, Split("--seed", "1").ExitCode);
    }

    private DistillProcess.Outcome Split(params string[] more) =>
        DistillProcess.Run(_pipeline.Folder, ["data", "split", "--output", "split.txt", .. more]);
}
