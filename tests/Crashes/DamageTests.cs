using System.Globalization;
using Tests.Cli;
using Xunit.Abstractions;

namespace Tests.Crashes;

/// <summary>
/// A flipped bit, a truncation and a deletion in every kind of file that a run writes. The next run names the damage, does not use the
/// file, and gives the same bits as before. <c>make crash-test</c> damages more regions of each file
/// than <c>make test</c>, and each file of a checkpoint in every way.
/// </summary>
[Trait("Category", "Process")]
[Trait("Category", "Slow")]
public sealed class DamageTests(ITestOutputHelper output) : IDisposable
{
    private const string Checkpoint = "models/tiny/distill/checkpoints/step-00000008";

    // Text with which the next run names each file, or the folder of published files.
    private static readonly (string File, string Said)[] Outputs =
    [
        ("models/tiny/pretrain/weights.safetensors", "pretrain: output weights.safetensors"),
        ("models/tiny/distill/weights.safetensors", "distill: output weights.safetensors"),
        ("data/tiny/soft-targets/distill/part-00000.parquet", "part-00000.parquet are damaged"),
        ("models/tiny/results.json", "evaluate: output results.json"),
        ("models/tiny/results.csv", "evaluate: output results.csv"),
        ("models/tiny/results-details.json", "evaluate: output results-details.json"),
        ("models/tiny/export/exports/model.onnx", "export: output exports"),
        ("models/tiny/export/exports/exports.json", "export: output exports"),
        ("models/tiny/published/self-distilled/model.onnx", "publish: output published"),
        ("models/tiny/published/self-distilled/model.safetensors", "publish: output published"),
        ("models/tiny/published/self-distilled/config.json", "publish: output published"),
        ("models/tiny/published/self-distilled/README.md", "publish: output published"),
        ("models/tiny/published/self-distilled/SHA256SUMS", "publish: output published"),
    ];

    private static readonly string[] CheckpointFiles = ["manifest.json", "state.json", "weights.safetensors", "optimizer.safetensors"];

    private readonly TinyPipeline _pipeline = new();

    private static int Regions =>
        int.Parse(Environment.GetEnvironmentVariable("DISTILL_DAMAGED_REGIONS") ?? "1", CultureInfo.InvariantCulture);

    [Fact]
    public void Damaged_outputs_are_named_and_rebuilt()
    {
        Assert.Equal(0, DistillProcess.Run(_pipeline.Folder, "run").ExitCode);
        var expected = Artifacts.Hash(_pipeline);
        var count = 0;
        // A run takes seconds. So all files are damaged before the same run, or one file if there is time for that.
        foreach (var files in Regions == 1 ? [Outputs] : Outputs.Chunk(1))
        {
            var damages = files.Select(file => Damage.Draw(new FileInfo(PathOf(file.File)).Length, Regions).ToArray()).ToArray();
            for (var number = 0; number < damages[0].Length; number++)
            {
                foreach (var ((file, _), damage) in files.Zip(damages))
                {
                    damage[number].Inflict(PathOf(file));
                }

                var again = DistillProcess.Run(_pipeline.Folder, "run");
                Assert.True(again.ExitCode == 0, $"{damages[0][number]}: {again.Errors}");
                foreach (var ((file, said), damage) in files.Zip(damages))
                {
                    AssertNamed(again, file, said, damage[number]);
                    count++;
                }

                Artifacts.AssertEqual(expected, Artifacts.Hash(_pipeline));
            }
        }

        output.WriteLine($"{count} damages of {Outputs.Length} kinds of outputs");
    }

    private static void AssertNamed(DistillProcess.Outcome run, string file, string said, Damage damage)
    {
        // Only the run manifest knows that a deleted shard is missing.
        var named = damage.IsDeletion && said.Contains("parquet", StringComparison.Ordinal) ? "label: output soft-targets" : said;
        Assert.True(run.Output.Contains(named, StringComparison.Ordinal), $"{file}, {damage}: not named in {run.Output}");
    }

    private string PathOf(string file) => Path.Combine(_pipeline.Folder, file);

    [Fact]
    public void The_checkpoint_before_a_damaged_one_is_used()
    {
        Assert.Equal(0, DistillProcess.Run(_pipeline.Folder, "run").ExitCode);
        var expected = Artifacts.Hash(_pipeline);
        var count = 0;
        foreach (var (number, file) in CheckpointFiles.Index())
        {
            var path = Path.Combine(_pipeline.Folder, Checkpoint, file);
            Damage[] damages = [.. Damage.Draw(new FileInfo(path).Length, Regions)];
            // A run takes seconds. So each file has one kind of damage, or all kinds if there is time for that.
            foreach (var damage in Regions == 1 ? [damages[number % damages.Length]] : damages)
            {
                // As if the run had been interrupted after its last checkpoint.
                File.Delete(Path.Combine(_pipeline.Models, "distill", "weights.safetensors"));
                var undamaged = damage.Inflict(path);
                var again = DistillProcess.Run(_pipeline.Folder, "run");
                Assert.True(again.ExitCode == 0, $"{file}, {damage}: {again.Errors}");

                // A manifest may change its spelling or lose its last line break without a change of its content.
                if (again.Output.Contains($"the checkpoint {Checkpoint} is damaged: ", StringComparison.Ordinal))
                {
                    var aside = $"it was moved aside as {Path.GetFileName(Checkpoint)}.damaged";
                    Assert.Contains(aside, again.Output, StringComparison.Ordinal);
                    Directory.Delete(Path.Combine(_pipeline.Folder, Checkpoint + ".damaged"), recursive: true);
                }
                else
                {
                    Assert.True(
                        file == "manifest.json" && (damage.IsFlip || damage.At == undamaged.Length - 1),
                        $"{file}, {damage}: not named in {again.Output}");
                    File.WriteAllBytes(path, undamaged);
                }

                Artifacts.AssertEqual(expected, Artifacts.Hash(_pipeline));
                count++;
            }
        }

        output.WriteLine($"{count} damages of {CheckpointFiles.Length} files of a checkpoint");
    }

    public void Dispose() => _pipeline.Dispose();
}
