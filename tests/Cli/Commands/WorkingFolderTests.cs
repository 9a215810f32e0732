using Distill.Cli.Commands;
using Tests.Pipeline;

namespace Tests.Cli.Commands;

public sealed class WorkingFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_beside_or_above_the_pipeline_file_is_named()
    {
        var pipeline = _folder.Write("configs/p.json", "{}");
        Directory.CreateDirectory(_folder["models/far-away"]);

        Assert.Contains($"but in {_folder.Path}. ", WorkingFolder.Note(pipeline, Path.Combine("models", "far-away")));
        Assert.Null(WorkingFolder.Note(pipeline, Path.Combine("models", "never-run")));
        Assert.Null(WorkingFolder.Note(pipeline, _folder["models/far-away"]));
        Assert.Null(WorkingFolder.Note("smoke", Path.Combine("models", "far-away")));
    }
}
