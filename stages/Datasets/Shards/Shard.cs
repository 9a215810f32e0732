using Distill.Pipeline.Options;

namespace Distill.Datasets.Shards;

/// <summary>A file that holds many images.</summary>
/// <param name="Name">Its path in the data set's folder, with forward slashes, equal on every machine.</param>
/// <param name="Path">Where it lies on this machine.</param>
internal sealed record Shard(string Name, string Path)
{
    /// <summary>Runs <paramref name="read"/> and turns what can go wrong with a damaged file into a message that names it.</summary>
    /// <exception cref="UserException">What the file is or holds is wrong.</exception>
    public T Reading<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (EndOfStreamException)
        {
            throw new UserException($"{Path} is cut short: it ends within its data");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{Path} cannot be read: {error.Message}");
        }
        catch (Exception error) when (error is not UserException)
        {
            // Readers of containers answer damage with whatever fails first: an index, a cast, an overflow, memory for a size that is a lie.
            throw new UserException($"{Path} is damaged or has an unsupported format: {error.Message}");
        }
    }
}
