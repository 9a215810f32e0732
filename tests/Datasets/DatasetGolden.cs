using Distill.Datasets.Images;
using Tests.Golden;
using static TorchSharp.torch;

namespace Tests.Datasets;

/// <summary>The files of tests/Golden/make_datasets.py, and their expected content.</summary>
internal static class DatasetGolden
{
    private const string FilePrefix = "file/";

    /// <summary>Images that PIL encoded, by file name.</summary>
    public static IReadOnlyDictionary<string, byte[]> Pictures { get; } = Read(golden => golden
        .Where(entry => entry.Key.StartsWith(FilePrefix + "pictures/", StringComparison.Ordinal))
        .OrderBy(entry => entry.Key, StringComparer.Ordinal)
        .ToDictionary(entry => entry.Key.Split('/')[^1], entry => entry.Value.bytes.ToArray()));

    /// <summary>Returns the pixels that PIL decodes from an image, [C, H, W].</summary>
    public static byte[] Decoded(string picture, int channels) =>
        Read(golden => golden[$"{(channels == 1 ? "gray" : "rgb")}/{picture}"].contiguous().bytes.ToArray());

    public static int[] Labels(string name) =>
        Read(golden => Array.ConvertAll(golden[$"labels/{name}"].data<long>().ToArray(), label => (int)label));

    /// <summary>Computes the closed form with which the script fills files.</summary>
    public static byte[] Pixels(string key, params long[] shape)
    {
        using var scope = NewDisposeScope();
        return Pattern.Uniform(key, shape).add(1).mul(127.5).to_type(ScalarType.Byte).bytes.ToArray();
    }

    /// <summary>Writes the files below a name into a folder.</summary>
    public static void Write(string name, string folder)
    {
        var start = $"{FilePrefix}{name}/";
        foreach (var (file, content) in Read(golden => golden
            .Where(entry => entry.Key.StartsWith(start, StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key[start.Length..], entry => entry.Value.bytes.ToArray())))
        {
            File.WriteAllBytes(Path.Combine(folder, file), content);
        }
    }

    /// <summary>Asserts that a set has these images with PIL's pixels, even for JPEG, because both use libjpeg-turbo.</summary>
    public static void AssertPictures(ImageSet set, int channels)
    {
        Assert.Equal(Pictures.Count, set.Count);
        for (var index = 0; index < set.Count; index++)
        {
            var name = set.ImageName(index).Split('/')[^1];
            var (expected, actual) = (Decoded(name, channels), set.Pixels.Decode(index).Pixels);
            Assert.True(expected.AsSpan().SequenceEqual(actual), $"{name}: the pixels differ");
        }
    }

    private static T Read<T>(Func<Dictionary<string, Tensor>, T> take)
    {
        using var scope = NewDisposeScope();
        return take(GoldenFile.Read("datasets"));
    }
}
