using Distill.Learning.Onnx;
using Distill.Pipeline.Storage;

namespace Distill.Artifacts;

/// <summary>Writes ONNX graphs to files.</summary>
public static class OnnxModelFiles
{
    /// <summary>File name of the fp32 model.</summary>
    public const string Fp32File = "model.onnx";

    /// <summary>File name of the fp16 model.</summary>
    public const string Fp16File = "model.fp16.onnx";

    /// <summary>File name of the int8 model.</summary>
    public const string Int8File = "model.int8.onnx";

    private const string DataSuffix = ".data";

    private static readonly OnnxFile Format = new("distill", []);

    /// <summary>Encodes a model of at most 2 GiB as the bytes of its file.</summary>
    public static byte[] Bytes(OnnxGraph graph)
    {
        using var memory = new MemoryStream();
        Format.Write(memory, graph);
        return memory.ToArray();
    }

    /// <summary>Deletes models in a folder that an earlier run wrote and this one did not.</summary>
    /// <param name="folder">The folder of the models.</param>
    /// <param name="written">Names of the files that stay.</param>
    public static void DeleteOthers(string folder, IEnumerable<string> written)
    {
        foreach (var other in Directory.GetFiles(folder, "model*.onnx*").ExceptBy(written, Path.GetFileName))
        {
            Durable.Files.DeleteFile(other);
        }
    }

    /// <summary>Writes a model durably. Above 2 GiB, its weights go into a second file.</summary>
    /// <returns>Names of the written files, the model first.</returns>
    public static IReadOnlyList<string> Write(string path, OnnxGraph graph)
    {
        var name = Path.GetFileName(path);
        if (!OnnxFile.NeedsDataFile(graph))
        {
            Durable.WriteFile(path, stream => Format.Write(stream, graph));
            return [name];
        }

        var dataName = name + DataSuffix;
        Durable.WriteFile(
            path + DataSuffix,
            data => Durable.WriteFile(path, stream => Format.Write(stream, graph, data, dataName)));
        return [name, dataName];
    }
}
