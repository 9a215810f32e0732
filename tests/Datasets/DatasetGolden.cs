using Distill.Datasets.Images;
using Tests.Golden;
using static TorchSharp.torch;

namespace Tests.Datasets;

/// <summary>The files of tests/Golden/make_datasets.py, and what they hold.</summary>
internal static class DatasetGolden
{
    private const string FilePrefix = "file/";

    /// <summary>Pictures, by file name, as PIL encoded them.</summary>
    public static IReadOnlyDictionary<string, byte[]> Pictures { get; } = Read(golden => golden
        .Where(entry => entry.Key.StartsWith(FilePrefix + "pictures/", StringComparison.Ordinal))
        .OrderBy(entry => entry.Key, StringComparer.Ordinal)
        .ToDictionary(entry => entry.Key.Split('/')[^1], entry => entry.Value.bytes.ToArray()));

    /// <summary>What PIL decodes a picture to, [C, H, W].</summary>
    public static byte[] Decoded(string picture, int channels) =>
        Read(golden => golden[$"{(channels == 1 ? "gray" : "rgb")}/{picture}"].contiguous().bytes.ToArray());

    public static int[] Labels(string name) => Read(golden => Array.ConvertAll(golden[$"labels/{name}"].data<long>().ToArray(), label => (int)label));

    /// <summary>Bytes by a closed form, which the script puts into files.</summary>
    public static byte[] Pixels(string key, params long[] shape)
    {
        using var scope = NewDisposeScope();
        return Pattern.Uniform(key, shape).add(1).mul(127.5).to_type(ScalarType.Byte).bytes.ToArray();
    }

    /// <summary>Writes the files under one name into a folder.</summary>
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

    /// <summary>A set has the pictures' names at the ends of its images' names, and PIL's pixels, those of JPEG included: both decode with libjpeg-turbo.</summary>
    public static void AssertPictures(ImageSet set, int channels)
    {
        Assert.Equal(Pictures.Count, set.Count);
        for (var index = 0; index < set.Count; index++)
        {
            var name = set.ImageName(index).Split('/')[^1];
            var (expected, actual) = (Decoded(name, channels), set.Pixels.Decode(index).Pixels);
            Assert.True(expected.AsSpan().SequenceEqual(actual), $"{name}: other pixels");
        }
    }

    private static T Read<T>(Func<Dictionary<string, Tensor>, T> take)
    {
        using var scope = NewDisposeScope();
        return take(GoldenFile.Read("datasets"));
    }
}
