using System.Text.Json.Nodes;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Storage;
using Tests.Pipeline.Execution;

namespace Tests.Crashes.PowerCuts;

/// <summary>
/// A run of two stages, of which the user then repeats the second. Stages that the run manifest calls done have all their bytes, and the
/// earlier results are somewhere until the end.
/// </summary>
internal static class ResultsAside
{
    private static readonly Artifact Middle = new("first", "weights.txt");

    public static readonly Sequence Sequence = new(
        [folder => Runner(folder).Run(CancellationToken.None), folder => Runner(folder).Run(CancellationToken.None, from: "second")],
        Check);

    private static PipelineRunner Runner(string folder) => new(
        Path.Combine(folder, "models"),
        [
            new StageDefinition("first", 1, [], [], context => Write(context, "weights.txt", "first weights\n")),
            new StageDefinition("second", 1, [], [Middle], context => Write(context, "weights.txt", "second weights\n")),
        ],
        new Dictionary<Artifact, ExternalInput>(),
        new RecordingView(),
        TimeProvider.System);

    private static StageResult Write(StageContext context, string name, string text)
    {
        var path = Path.Combine(context.Folder, name);
        Durable.WriteText(path, text);
        return new StageResult(new Dictionary<string, string> { [name] = path }, new JsonObject());
    }

    private static void Check(string folder, int done)
    {
        var finished = Runner(folder).Status().Where(stage => stage.State == StageState.Done).Select(stage => stage.Name).ToArray();
        foreach (var stage in finished)
        {
            Assert.Equal($"{stage} weights\n", File.ReadAllText(Path.Combine(folder, "models", stage, "weights.txt")));
        }

        Assert.True(finished.Length >= done, $"only {finished.Length} stages are done");
        if (done > 0)
        {
            var results = Directory.EnumerateFiles(folder, "weights.txt", SearchOption.AllDirectories).Select(File.ReadAllText);
            Assert.Contains("second weights\n", results);
        }
    }
}
