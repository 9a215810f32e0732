using Distill.Datasets.Idx;
using Distill.Datasets.Images;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Downloads;

/// <summary>The folder that is being filled: takes a file only if its content is the published one.</summary>
internal sealed class Intake
{
    private readonly List<PublishedFile> _missing;

    public Intake(string folder, IReadOnlyList<PublishedFile> files, Action<string> log)
    {
        (Folder, Log) = (folder, log);
        _missing = [.. files.Where(file => !HasRight(folder, file))];
    }

    public string Folder { get; }

    public Action<string> Log { get; }

    /// <summary>The files that the folder lacks or has with other content.</summary>
    public IReadOnlyList<PublishedFile> Missing => [.. _missing];

    /// <summary>Copies from a source's folder what is missing and right there, plain or gzip.</summary>
    public void TakeFrom(string source)
    {
        foreach (var file in Missing.Where(file => HasRight(source, file)))
        {
            if (IdxFile.Locate(Folder, file.Name) is { } wrong)
            {
                File.Delete(wrong);
            }

            Copy(IdxFile.Locate(source, file.Name)!);
            _missing.Remove(file);
        }
    }

    /// <summary>Takes note of a file that a source wrote to the folder itself.</summary>
    /// <exception cref="UserException">Its content is not the published one.</exception>
    public void Arrived(PublishedFile file)
    {
        if (!HasRight(Folder, file))
        {
            throw new UserException($"{file.PackedName} differs from the published file");
        }

        _missing.Remove(file);
    }

    private bool HasRight(string folder, PublishedFile file) =>
        IdxFile.Locate(folder, file.Name) is { } path && IsRight(file, path);

    private bool IsRight(PublishedFile file, string path)
    {
        try
        {
            if (IdxFile.Sha256(path) == file.Sha256)
            {
                return true;
            }

            Log($"Rejected {path}: its content differs from that of the published {file.Name}");
        }
        catch (UserException unreadable)
        {
            Log($"Rejected {unreadable.Message}");
        }

        return false;
    }

    private void Copy(string source)
    {
        var target = Path.Combine(Folder, Path.GetFileName(source));
        using var content = File.OpenRead(source);
        Durable.WriteFile(target, content.CopyTo);
        Log($"Copied {source} to {target}");
    }
}
