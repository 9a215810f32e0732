using Distill.Pipeline.Storage;

namespace Distill.Encoders.Features;

/// <summary>
/// Features on disk by the content of the images, so that no image is encoded twice, in whichever run, split or view it occurs. Files are
/// written as features arrive; a killed run loses the last ones. Damaged files are moved aside, and their features computed again. A disk
/// that refuses a file costs only time, so the run continues without writing.
/// </summary>
/// <param name="folder">The folder of the encoder's files.</param>
/// <param name="key">The key of the encoder: a hash of all that decides the features.</param>
/// <param name="dimensions">D, features per image.</param>
/// <param name="warn">Takes one sentence about each damaged file, and one if the disk refuses.</param>
/// <param name="rowsPerFile">Images whose features are written together.</param>
internal sealed class FeatureCache(string folder, string key, int dimensions, Action<string> warn, int rowsPerFile = 1024) : IDisposable
{
    /// <summary>Files whose features are in memory. Images come in nearly the same order every time, so few are enough.</summary>
    private const int FilesInMemory = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<ImageHash, (string File, int Row)> _places = [];
    private readonly Dictionary<ImageHash, float[]> _unwritten = [];
    private readonly LinkedList<(string File, float[] Features)> _loaded = [];
    private readonly OptionalWrites _writes = new(folder, warn);

    /// <summary>Number of images whose features are known.</summary>
    public int Count => _places.Count + _unwritten.Count;

    /// <summary>Finds the files of earlier runs.</summary>
    public void Open()
    {
        if (!_writes.Try(() => Durable.MakeFolder(folder)))
        {
            return;
        }

        foreach (var file in Directory.GetFiles(folder, FeatureFile.Pattern).Order(StringComparer.Ordinal))
        {
            try
            {
                foreach (var (image, row) in FeatureFile.ReadImages(file, key).Select((image, row) => (image, row)))
                {
                    _places[image] = (file, row);
                }
            }
            catch (InvalidDataException damaged)
            {
                MoveAside(file, damaged.Message);
            }
            catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
            {
                // Another run moved it aside, or its user deleted it.
                Forget(file);
            }
        }
    }

    /// <summary>Copies the features of an image; returns false if they are not known.</summary>
    public bool TryGet(ImageHash image, Span<float> features)
    {
        lock (_lock)
        {
            if (_unwritten.TryGetValue(image, out var recent))
            {
                recent.CopyTo(features);
                return true;
            }

            if (!_places.TryGetValue(image, out var place) || Load(place.File) is not { } rows)
            {
                return false;
            }

            rows.AsSpan(place.Row * dimensions, dimensions).CopyTo(features);
            return true;
        }
    }

    /// <summary>Adds the features of an image, and writes a file when there are enough.</summary>
    public void Add(ImageHash image, ReadOnlySpan<float> features)
    {
        lock (_lock)
        {
            _unwritten[image] = features.ToArray();
            if (_unwritten.Count >= rowsPerFile)
            {
                Flush();
            }
        }
    }

    /// <summary>Writes the features that are not on disk yet.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            Flush();
        }
    }

    private void Flush()
    {
        if (_unwritten.Count == 0)
        {
            return;
        }

        ImageHash[] images = [.. _unwritten.Keys];
        float[] features = [.. _unwritten.Values.SelectMany(values => values)];
        _unwritten.Clear();
        var file = "";
        if (!_writes.Try(() => file = FeatureFile.Write(folder, key, images, features)))
        {
            return;
        }

        for (var row = 0; row < images.Length; row++)
        {
            _places[images[row]] = (file, row);
        }

        Remember(file, features);
    }

    /// <summary>Returns the features of a file; null if it is damaged.</summary>
    private float[]? Load(string file)
    {
        for (var node = _loaded.First; node is not null; node = node.Next)
        {
            if (node.Value.File == file)
            {
                _loaded.Remove(node);
                _loaded.AddFirst(node);
                return node.Value.Features;
            }
        }

        try
        {
            return Remember(file, FeatureFile.ReadFeatures(file, key, dimensions));
        }
        catch (InvalidDataException damaged)
        {
            MoveAside(file, damaged.Message);
            return null;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            Forget(file);
            return null;
        }
    }

    private float[] Remember(string file, float[] features)
    {
        _loaded.AddFirst((file, features));
        if (_loaded.Count > FilesInMemory)
        {
            _loaded.RemoveLast();
        }

        return features;
    }

    // The file was deleted, or moved aside by another run that reads it.
    private void Forget(string file)
    {
        ForgetRows(file);
        warn($"{file}: is gone, and its features are computed again");
    }

    private void ForgetRows(string file)
    {
        foreach (var image in _places.Where(entry => entry.Value.File == file).Select(entry => entry.Key).ToArray())
        {
            _places.Remove(image);
        }
    }

    private void MoveAside(string file, string reason)
    {
        ForgetRows(file);
        try
        {
            Durable.MoveFile(file, file + ".damaged");
            warn($"{reason}; moved to {file}.damaged, and its features are computed again");
        }
        catch (Exception refusal) when (refusal is IOException and not FileNotFoundException or UnauthorizedAccessException)
        {
            warn($"{reason}; it stays there because the disk refused to move it, and its features are computed again");
        }
        catch (FileNotFoundException)
        {
            Forget(file);
        }
    }
}
