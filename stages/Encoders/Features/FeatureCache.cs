using Distill.Pipeline.Storage;

namespace Distill.Encoders.Features;

/// <summary>
/// Features on disk by the content of the images, so that no image is encoded twice, in whichever run, split or view it occurs. Files are
/// written as features arrive; a killed run loses the last ones. Damaged files are moved aside, and their features computed again.
/// </summary>
/// <param name="folder">The folder of the encoder's files.</param>
/// <param name="key">The key of the encoder: a hash of all that decides the features.</param>
/// <param name="dimensions">D, features per image.</param>
/// <param name="warn">Takes one sentence about each damaged file.</param>
/// <param name="rowsPerFile">Images whose features are written together.</param>
internal sealed class FeatureCache(string folder, string key, int dimensions, Action<string> warn, int rowsPerFile = 1024) : IDisposable
{
    /// <summary>Files whose features are in memory. Images come in nearly the same order every time, so few are enough.</summary>
    private const int FilesInMemory = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<ImageHash, (string File, int Row)> _places = [];
    private readonly Dictionary<ImageHash, float[]> _unwritten = [];
    private readonly LinkedList<(string File, float[] Features)> _loaded = [];

    /// <summary>Number of images whose features are known.</summary>
    public int Count => _places.Count + _unwritten.Count;

    /// <summary>Finds the files of earlier runs.</summary>
    public void Open()
    {
        Durable.MakeFolder(folder);
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
        var file = FeatureFile.Write(folder, key, images, features);
        for (var row = 0; row < images.Length; row++)
        {
            _places[images[row]] = (file, row);
        }

        _unwritten.Clear();
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

    private void MoveAside(string file, string reason)
    {
        foreach (var image in _places.Where(entry => entry.Value.File == file).Select(entry => entry.Key).ToArray())
        {
            _places.Remove(image);
        }

        try
        {
            Durable.Files.MoveFile(file, file + ".damaged");
            warn($"{reason}; moved to {file}.damaged, and its features are computed again");
        }
        catch (FileNotFoundException)
        {
            // The file was deleted, or moved aside by another run that reads it.
            warn($"{file}: is gone, and its features are computed again");
        }
    }
}
