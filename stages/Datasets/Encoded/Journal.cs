using System.Globalization;
using System.Text;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Encoded;

/// <summary>
/// What a long pass over many files has found so far, so that a stop loses seconds and not hours. Each line has its own checksum: the last
/// one may be cut, and is then ignored. The first line says what the others belong to.
/// </summary>
internal sealed class Journal : IDisposable
{
    private static readonly TimeSpan FlushEvery = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private StreamWriter? _writer;
    private long _flushed;

    /// <summary>Continues a journal, or begins a new one if the file is missing or belongs to something else.</summary>
    /// <param name="path">The file.</param>
    /// <param name="head">What the lines belong to, without line breaks.</param>
    /// <param name="time">Clock.</param>
    public Journal(string path, string head, TimeProvider time)
    {
        (_time, _flushed) = (time, time.GetTimestamp());
        Try(() =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            var continues = File.Exists(path) && Lines(path).FirstOrDefault() == head;
            _writer = new StreamWriter(path, continues, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
            if (continues)
            {
                // Ends a last line that was cut. An empty line is ignored.
                _writer.WriteLine();
            }
            else
            {
                Write(head);
            }

            _writer.Flush();
        });
    }

    /// <summary>Returns the lines of an interrupted pass; none if the file is missing or belongs to something else.</summary>
    public static IReadOnlyList<string> Read(string path, string head)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        var lines = Lines(path).ToArray();
        return lines is [var first, .. var rest] && first == head ? rest : [];
    }

    /// <summary>Returns the lines whose checksum is right.</summary>
    private static IEnumerable<string> Lines(string path) => File.ReadLines(path)
        .Select(line => line.Split('\t', 2) is [var checksum, var content] && checksum == Checksum(content) ? content : null)
        .OfType<string>();

    /// <summary>Adds a line. Several threads may call it.</summary>
    public void Add(string line)
    {
        lock (_lock)
        {
            Try(() =>
            {
                Write(line);
                if (_time.GetElapsedTime(_flushed) >= FlushEvery)
                {
                    _writer?.Flush();
                    _flushed = _time.GetTimestamp();
                }
            });
        }
    }

    public void Dispose() => Try(() => _writer?.Dispose());

    private void Write(string line) => _writer?.WriteLine(Checksum(line) + "\t" + line);

    /// <summary>
    /// Does something with the file. Without it, a stop only costs time, so a full disk, or another run that writes the same file, ends the
    /// journal and not the pass.
    /// </summary>
    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _writer = null;
        }
    }

    private static string Checksum(string line) =>
        Crc32C.Compute(Encoding.UTF8.GetBytes(line)).ToString("x8", CultureInfo.InvariantCulture);
}
