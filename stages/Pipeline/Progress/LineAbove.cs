using Spectre.Console;
using Spectre.Console.Rendering;

namespace Distill.Pipeline.Progress;

/// <summary>
/// A line that stays above a live table. The live display puts the cursor where the table begins and does not erase
/// it, so a short line would leave the table's rest behind itself: this one erases it first.
/// </summary>
internal sealed class LineAbove(string text) : Renderable
{
    private const string EraseToEndOfScreen = "\u001b[J";

    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        IRenderable line = new Text(text + "\n");
        return options.Ansi ? [Segment.Control(EraseToEndOfScreen), .. line.Render(options, maxWidth)] : line.Render(options, maxWidth);
    }
}
