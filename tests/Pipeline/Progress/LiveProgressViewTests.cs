using System.Text.Json.Nodes;
using Distill.Pipeline.Progress;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Tests.Pipeline.Progress;

public sealed class LiveProgressViewTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly StringWriter _output = new();
    private readonly LiveProgressView _view;

    public LiveProgressViewTests()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(_output),
        });
        console.Profile.Width = 80;
        _view = new LiveProgressView(console, _clock);
    }

    [Fact]
    public void A_running_stage_is_a_live_table_below_the_permanent_lines()
    {
        _view.Skip("pretrain");
        var stage = _view.Begin("finetune", 2, 3, "step 20");
        stage.Report(At(25, 2.30259));
        stage.Note("the rate [x] was reduced");
        _clock.Pass(1);
        stage.Report(At(50, 1.5));

        AssertShows(
            """
            pretrain: already done
            [2/3] finetune: resumes from step 20
            finetune: the rate [x] was reduced
            stage                 step   epoch images/s loss   kNN    left
            finetune ━━━━━━────── 50/100 0.50  812      1.5000 41.3 % 1 min 20 s
            """,
            cursor: false);
    }

    [Fact]
    public void A_value_that_was_not_measured_is_a_dash()
    {
        _view.Begin("label", 1, 1, null).Report(TrainingReport.Create(0, 0, epoch: 0, imagesPerSecond: 0));

        AssertShows(
            """
            [1/1] label: starts
            stage              step epoch images/s loss kNN left
            label ━━━━━━━━━━━━ 0/0  0.00  0        –    –   –
            """,
            cursor: false);
    }

    [Fact]
    public void Seconds_are_counted_until_the_first_report()
    {
        Assert.Contains("starting, 1 min 05 s", Shown(65), StringComparison.Ordinal);
        Assert.DoesNotContain("starting,", Shown(0.5), StringComparison.Ordinal);

        static string Shown(double seconds)
        {
            var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(new StringWriter()) });
            var options = RenderOptions.Create(console);
            return string.Concat(LiveTable.Create("pretrain", null, TimeSpan.FromSeconds(seconds)).Render(options, 80)
                .Select(segment => segment.Text));
        }
    }

    [Fact]
    public void A_stage_without_metrics_shows_only_its_steps()
    {
        _view.Begin("evaluate", 1, 1, null).Report(1, 4);

        AssertShows(
            """
            [1/1] evaluate: starts
            stage                 step left
            evaluate ━━━───────── 1/4  –
            """,
            cursor: false);
    }

    [Fact]
    public void Reports_within_a_tenth_of_a_second_are_not_drawn_except_the_last()
    {
        var stage = _view.Begin("label", 1, 1, null);
        stage.Report(At(25, 3));
        var drawn = _output.ToString();
        stage.Report(At(26, 3));
        Assert.Equal(drawn, _output.ToString());

        stage.Report(At(100, 3));

        Assert.Contains("100/100", Screen.Show(_output.ToString()).Text);
    }

    [Fact]
    public void A_finished_stage_is_one_line_and_the_cursor_is_visible()
    {
        _view.Begin("pretrain", 1, 2, null).Report(At(25, 3));
        _view.End("pretrain", TimeSpan.FromSeconds(200), new JsonObject { ["knn"] = 41.25 });

        AssertShows("[1/2] pretrain: starts\npretrain: done in 3 min 20 s (knn 41.25)\n", cursor: true);
    }

    [Fact]
    public void Disposing_during_a_stage_removes_the_table_and_shows_the_cursor()
    {
        _view.Begin("pretrain", 1, 2, null).Report(At(25, 3));
        _view.Dispose();

        AssertShows("[1/2] pretrain: starts\n", cursor: true);
    }

    public void Dispose()
    {
        _view.Dispose();
        _output.Dispose();
    }

    private static StageProgress At(long step, double loss) =>
        TrainingReport.Create(step, 100, step / 100.0, 812.4, loss, knn: 41.25, secondsLeft: 80);

    private void AssertShows(string text, bool cursor)
    {
        var screen = Screen.Show(_output.ToString());
        Assert.Equal(text, screen.Text);
        Assert.Equal(cursor, screen.CursorIsVisible);
    }
}
