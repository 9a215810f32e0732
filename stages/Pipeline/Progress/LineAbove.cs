using Spectre.Console;
using Spectre.Console.Rendering;

namespace Distill.Pipeline.Progress;

/// <summary>
/// A line that stays above a live table. The live display moves the cursor to the start of the table and does not erase it. So this line
/// erases it first; otherwise the rest of the table would remain beside a short line.
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
