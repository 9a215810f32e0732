using System.Text.Json.Nodes;
using Spectre.Console;
using Stages.Pipeline.Progress;

namespace Tests.Pipeline.Progress;

public sealed class LiveProgressViewTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly StringWriter _output = new();

    [Fact]
    public void A_stage_is_a_live_table_and_stays_as_lines()
    {
        using (var view = new LiveProgressView(Console(AnsiSupport.No), _clock))
        {
            view.Skip("label");
            var stage = view.Begin("pretrain", 1, 2, null);
            stage.Report(new TrainingProgress(25, 100, 0.25, 812.4, 2.30259, 41.25, TimeSpan.FromSeconds(80)));
            stage.Report(new TrainingProgress(26, 100, 0.26, 812.4, 2.3, null, null));
            stage.Note("the learning rate was cut");
            view.End("pretrain", TimeSpan.FromSeconds(200), new JsonObject { ["knn"] = 41.25 });
        }

        File.WriteAllText("/tmp/live.txt", _output.ToString());
    }

    public void Dispose() => _output.Dispose();

    private IAnsiConsole Console(AnsiSupport ansi)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = ansi,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(_output),
        });
        console.Profile.Width = 100;
        return console;
    }
}
