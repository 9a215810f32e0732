using System.Text.Json.Nodes;
using Distill.Pipeline.Progress;
using Spectre.Console;

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
    public void A_running_stage_is_a_live_table_below_the_lines_that_stay()
    {
        _view.Skip("pretrain");
        var stage = _view.Begin("finetune", 2, 3, "step 20");
        stage.Report(At(25, 2.30259));
        stage.Note("the rate [x] was cut");
        _clock.Pass(1);
        stage.Report(At(50, 1.5));

        AssertShows(
            """
            pretrain: already done
            [2/3] finetune: resumes from step 20
            finetune: the rate [x] was cut
            stage                 step   epoch images/s loss   kNN    left
            finetune ━━━━━━────── 50/100 0.50  812      1.5000 41.3 % 1 min 20 s
            """,
            cursor: false);
    }

    [Fact]
    public void What_is_not_measured_is_a_dash()
    {
        _view.Begin("label", 1, 1, null).Report(new TrainingProgress(0, 0, 0, 0, null, null, null));

        AssertShows(
            """
            [1/1] label: starts
            stage              step epoch images/s loss kNN left
            label ━━━━━━━━━━━━ 0/0  0.00  0        –    –   –
            """,
            cursor: false);
    }

    [Fact]
    public void Reports_within_a_tenth_of_a_second_are_not_drawn_but_the_last_step_is()
    {
        var stage = _view.Begin("label", 1, 1, null);
        stage.Report(At(25, 3));
        var drawn = _output.ToString();
        stage.Report(At(26, 3));
        Assert.Equal(drawn, _output.ToString());

        stage.Report(At(100, 3));
        Assert.Contains("100/100", Screen.Of(_output.ToString()).Text);
    }

    [Fact]
    public void A_finished_stage_is_a_line_and_the_cursor_is_back()
    {
        _view.Begin("pretrain", 1, 2, null).Report(At(25, 3));
        _view.End("pretrain", TimeSpan.FromSeconds(200), new JsonObject { ["knn"] = 41.25 });

        AssertShows("[1/2] pretrain: starts\npretrain: done in 3 min 20 s (knn 41.25)\n", cursor: true);
    }

    [Fact]
    public void Disposed_in_the_middle_of_a_stage_the_table_is_gone_and_the_cursor_is_back()
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

    private static TrainingProgress At(long step, double loss) =>
        new(step, 100, step / 100.0, 812.4, loss, 41.25, TimeSpan.FromSeconds(80));

    private void AssertShows(string text, bool cursor)
    {
        var screen = Screen.Of(_output.ToString());
        Assert.Equal(text, screen.Text);
        Assert.Equal(cursor, screen.CursorIsVisible);
    }
}
