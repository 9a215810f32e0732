using Distill.Artifacts;
using Distill.Datasets.Decoding;
using Distill.Pipeline.Options;
using static TorchSharp.torch;

namespace Distill.Cli.Commands;

/// <summary>Labeled images in a folder a class, as a published model sees them.</summary>
internal static class ClassFolders
{
    private const int Batch = 64;

    /// <summary>Every image below the class folders, and the number of its class.</summary>
    /// <exception cref="UserException">The folder is missing, has no image, or one of its folders is called as no class of the model is.</exception>
    public static IReadOnlyList<(string Path, int Label)> Images(string folder, IReadOnlyList<string> classes)
    {
        if (!Directory.Exists(folder))
        {
            throw new UserException($"{folder}: this folder does not exist");
        }

        var images = new List<(string, int)>();
        foreach (var path in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            // A stranger's model may have two classes of a name; the first is meant.
            var label = classes.Index().FirstOrDefault(entry => entry.Item == Path.GetFileName(path), (Index: -1, Item: "")).Index;
            if (label < 0)
            {
                throw new UserException($"{path}: found a folder that is not named after a class, expected one of {string.Join(", ", classes)}");
            }

            images.AddRange(ImagePaths.Of([path], TextReader.Null).Select(image => (image, label)));
        }

        return images.Count > 0 ? images : throw new UserException($"{folder}: found no images, expected one subfolder per class with PNG, JPEG, WebP, BMP or GIF files");
    }

    /// <summary>The model's logits of all that can be read, and their labels.</summary>
    /// <param name="model">The model.</param>
    /// <param name="images">Of <see cref="Images"/>.</param>
    /// <param name="refused">Told, in one sentence, of each file that is no image.</param>
    /// <returns>logits_NK and labels_N; null where no file is an image.</returns>
    public static (Tensor Logits, Tensor Labels)? Logits(PublishedModel model, IReadOnlyList<(string Path, int Label)> images, Action<string> refused)
    {
        using var scope = NewDisposeScope();
        var logits = new List<Tensor>();
        var labels = new List<long>();
        foreach (var batch in images.Chunk(Batch))
        {
            var read = new List<byte[]>();
            foreach (var (path, label) in batch)
            {
                try
                {
                    read.Add(ImageFile.Read(path, model.Config.Shape, model.Config.CenterCrop));
                    labels.Add(label);
                }
                catch (UserException unreadable)
                {
                    refused(unreadable.Message);
                }
            }

            if (read.Count > 0)
            {
                logits.Add(model.Logits(read));
            }
        }

        return logits.Count == 0 ? null : (cat(logits).MoveToOuterDisposeScope(), tensor([.. labels]).MoveToOuterDisposeScope());
    }
}
