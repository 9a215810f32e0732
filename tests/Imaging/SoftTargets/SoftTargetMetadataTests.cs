using Distill.Datasets.Images;
using Distill.Imaging.SoftTargets;
using Tests.Pipeline;

namespace Tests.Imaging.SoftTargets;

public sealed class SoftTargetMetadataTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Entries_are_read_back()
    {
        Write(new() { ["teacher"] = "finetune", ["seed"] = "7" });

        var metadata = SoftTargetMetadata.Read(_folder["a.parquet"]);

        Assert.Equal(("finetune", "7"), (metadata!["teacher"], metadata["seed"]));
    }

    [Fact]
    public void Damaged_and_foreign_files_have_no_metadata()
    {
        Write([]);
        var bytes = File.ReadAllBytes(_folder["a.parquet"]);
        File.WriteAllBytes(_folder["cut.parquet"], bytes[..^20]);

        Assert.NotNull(SoftTargetMetadata.Read(_folder["a.parquet"]));
        Assert.Null(SoftTargetMetadata.Read(_folder["cut.parquet"]));
        Assert.Null(SoftTargetMetadata.Read(_folder.Write("text.parquet", "not Parquet")));
    }

    private void Write(Dictionary<string, string> metadata) =>
        SoftTargetWriter.Write(_folder["a.parquet"], [[new SoftTargetRow(0, 0, Crop.Whole, [1, 2, 3])]], metadata);
}
