using System.Text;

namespace Distill.Cli.Output;

/// <summary>A writer that ignores I/O errors, so that a full disk under the log of a run does not end the run.</summary>
/// <param name="inner">The writer that receives the text.</param>
internal sealed class BestEffortWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    /// <summary>Wraps standard output and standard error in such writers.</summary>
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
            // The error has no other place to go: standard error is one of these writers.
        }
    }
}
