using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Shards;

/// <summary>A file that contains many images.</summary>
/// <param name="Name">Path in the dataset's folder, with forward slashes, the same on every machine.</param>
/// <param name="Path">Path on this machine.</param>
internal sealed record Shard(string Name, string Path)
{
    /// <summary>Runs <paramref name="read"/> and translates its exceptions to messages that name the file.</summary>
    /// <exception cref="UserException">The file is missing, damaged, or has a wrong content.</exception>
    public T TranslateErrors<T>(Func<T> read)
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
            throw new UserException($"{Path} cannot be read: {ReadFailure.Reason(error)}");
        }
        catch (Exception error) when (error is not UserException)
        {
            // On damage, readers of containers throw whatever fails first: index, cast, overflow, or out of memory for a wrong size.
            throw new UserException($"{Path} is damaged or has an unsupported format: {error.Message}");
        }
    }
}
