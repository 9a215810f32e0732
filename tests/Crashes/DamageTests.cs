using System.Globalization;
using Tests.Cli;
using Xunit.Abstractions;

namespace Tests.Crashes;

/// <summary>
/// A flipped bit, a truncation and a deletion in every region of every kind of file that a run leaves. The next run names what is damaged, uses
/// nothing of it, and ends in the bits of before. <c>make crash-test</c> looks at more regions than <c>make test</c>.
/// </summary>
public sealed class DamageTests(ITestOutputHelper output) : IDisposable
{
    private const string Checkpoint = "models/tiny/distill/checkpoints/step-00000008";

    // What the next run says of each kind of file; of published ones, of the folder they are in.
    private static readonly (string File, string Said)[] Outputs =
    [
        ("models/tiny/pretrain/weights.safetensors", "pretrain: output weights.safetensors"),
        ("models/tiny/distill/weights.safetensors", "distill: output weights.safetensors"),
        ("data/tiny/soft-targets/distill/part-00000.parquet", "part-00000.parquet are damaged"),
        ("models/tiny/results.json", "evaluate: output results.json"),
        ("models/tiny/results.csv", "evaluate: output results.csv"),
        ("models/tiny/results-details.json", "evaluate: output results-details.json"),
        ("models/tiny/export/variants/model.onnx", "export: output variants"),
        ("models/tiny/export/variants/variants.json", "export: output variants"),
        ("models/tiny/published/self-distilled/model.onnx", "publish: output published"),
        ("models/tiny/published/self-distilled/model.safetensors", "publish: output published"),
        ("models/tiny/published/self-distilled/config.json", "publish: output published"),
        ("models/tiny/published/self-distilled/README.md", "publish: output published"),
        ("models/tiny/published/self-distilled/SHA256SUMS", "publish: output published"),
    ];

    private static readonly string[] CheckpointFiles = ["manifest.json", "state.json", "weights.safetensors", "optimizer.safetensors"];

    private readonly TinyPipeline _pipeline = new();

    private static int Regions => int.Parse(Environment.GetEnvironmentVariable("DISTILL_DAMAGED_REGIONS") ?? "1", CultureInfo.InvariantCulture);

    [Fact]
    public void Damaged_outputs_are_named_and_made_again()
    {
        Assert.Equal(0, DistillProcess.Run(_pipeline.Folder, "run").ExitCode);
        var expected = Artifacts.Of(_pipeline);
        var count = 0;
        foreach (var (file, said) in Outputs)
        {
            var path = Path.Combine(_pipeline.Folder, file);
            foreach (var damage in Damage.Of(new FileInfo(path).Length, Regions))
            {
                damage.Inflict(path);
                var again = DistillProcess.Run(_pipeline.Folder, "run");
                Assert.True(again.ExitCode == 0, $"{file}, {damage}: {again.Errors}");

                // A shard that is gone is known to be missing by the lock alone.
                var named = damage.IsDeletion && said.Contains("parquet", StringComparison.Ordinal) ? "label: output soft-targets" : said;
                Assert.True(again.Output.Contains(named, StringComparison.Ordinal), $"{file}, {damage}: not named in {again.Output}");
                Artifacts.Same(expected, Artifacts.Of(_pipeline));
                count++;
            }
        }

        output.WriteLine($"{count} damages of {Outputs.Length} kinds of outputs");
    }

    [Fact]
    public void Of_a_damaged_checkpoint_the_one_before_is_used()
    {
        Assert.Equal(0, DistillProcess.Run(_pipeline.Folder, "run").ExitCode);
        var expected = Artifacts.Of(_pipeline);
        var count = 0;
        foreach (var file in CheckpointFiles)
        {
            var path = Path.Combine(_pipeline.Folder, Checkpoint, file);
            foreach (var damage in Damage.Of(new FileInfo(path).Length, Regions))
            {
                // As if the run had been cut after its last checkpoint.
                File.Delete(Path.Combine(_pipeline.Models, "distill", "weights.safetensors"));
                var undamaged = damage.Inflict(path);
                var again = DistillProcess.Run(_pipeline.Folder, "run");
                Assert.True(again.ExitCode == 0, $"{file}, {damage}: {again.Errors}");

                // A manifest's spelling may change, and its last line break go, without a change of what it says.
                if (again.Output.Contains($"the checkpoint {Checkpoint} is damaged: ", StringComparison.Ordinal))
                {
                    Assert.Contains($"it was moved aside as {Path.GetFileName(Checkpoint)}.damaged", again.Output, StringComparison.Ordinal);
                    Directory.Delete(Path.Combine(_pipeline.Folder, Checkpoint + ".damaged"), recursive: true);
                }
                else
                {
                    Assert.True(file == "manifest.json" && (damage.IsFlip || damage.At == undamaged.Length - 1), $"{file}, {damage}: not named in {again.Output}");
                    File.WriteAllBytes(path, undamaged);
                }

                Artifacts.Same(expected, Artifacts.Of(_pipeline));
                count++;
            }
        }

        output.WriteLine($"{count} damages of {CheckpointFiles.Length} files of a checkpoint");
    }

    public void Dispose() => _pipeline.Dispose();
}
