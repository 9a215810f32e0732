using Distill.Datasets.Idx;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Downloads;

/// <summary>The folder that is being filled. It accepts a file only if its content is the published one.</summary>
internal sealed class TargetFolder
{
    private readonly List<PublishedFile> _missing;

    public TargetFolder(string path, IReadOnlyList<PublishedFile> files, Action<string> log)
    {
        (Path, Log) = (path, log);
        _missing = [.. files.Where(file => !HasPublished(path, file))];
    }

    public string Path { get; }

    public Action<string> Log { get; }

    /// <summary>Files that the folder lacks, or has with wrong content.</summary>
    public IReadOnlyList<PublishedFile> Missing => [.. _missing];

    /// <summary>Copies the missing files from a folder if their content is right there, plain or gzip.</summary>
    public void CopyMissingFrom(string source)
    {
        foreach (var file in Missing.Where(file => HasPublished(source, file)))
        {
            if (IdxFile.Locate(Path, file.Name) is { } wrong)
            {
                File.Delete(wrong);
            }

            Copy(IdxFile.Locate(source, file.Name)!);
            _missing.Remove(file);
        }
    }

    /// <summary>Removes a file from the missing ones after a source has written it to the folder.</summary>
    /// <exception cref="UserException">The content is not the published one.</exception>
    public void Confirm(PublishedFile file)
    {
        if (!HasPublished(Path, file))
        {
            throw new UserException($"{file.GzipName} differs from the published file");
        }

        _missing.Remove(file);
    }

    private bool HasPublished(string folder, PublishedFile file) =>
        IdxFile.Locate(folder, file.Name) is { } path && IsPublished(file, path);

    private bool IsPublished(PublishedFile file, string path)
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
        var target = System.IO.Path.Combine(Path, System.IO.Path.GetFileName(source));
        using var content = File.OpenRead(source);
        Durable.WriteFile(target, content.CopyTo);
        Log($"Copied {source} to {target}");
    }
}
