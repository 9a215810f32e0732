using Distill.Learning.Arithmetic;
using Distill.Learning.Safetensors;
using static TorchSharp.torch;

// N images
namespace Distill.Imaging.Neighbors;

/// <summary>The file of the classes that a few labels gave to all images of a split.</summary>
public static class SpreadLabels
{
    private const string ClassesKey = "classes";

    /// <summary>Writes the class of each image.</summary>
    public static void Write(Stream stream, long[] classes_N)
    {
        using var tensor_N = tensor(classes_N);
        SafetensorsFile.Write(stream, new Dictionary<string, Tensor> { [ClassesKey] = tensor_N });
    }

    /// <summary>Reads the class of each image.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or has the classes of other images.</exception>
    public static long[] Read(string path, int images)
    {
        using var scope = NewDisposeScope();
        return SafetensorsFile.Read(path).TryGetValue(ClassesKey, out var classes_N) && classes_N.shape is [var count] && count == images
            ? classes_N.ReadAll<long>()
            : throw new InvalidDataException($"{path}: expected the classes of {images} images");
    }
}
