using System.Text;

namespace Distill.Cli.Output;

/// <summary>Standard output or error for a run that must not end because its log cannot be written, as where the log's disk is full.</summary>
/// <param name="inner">Where text goes while it can.</param>
internal sealed class BestEffortWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    /// <summary>Puts standard output and error behind such writers.</summary>
    public static void Install()
    {
        Console.SetOut(Synchronized(new BestEffortWriter(Console.Out)));
        Console.SetError(Synchronized(new BestEffortWriter(Console.Error)));
    }

    public override void Write(char value) => Try(() => inner.Write(value));

    public override void Write(string? value) => Try(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));

    public override void Flush() => Try(inner.Flush);

    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (IOException)
        {
            // There is nobody to tell: this is where one would be told.
        }
    }
}
