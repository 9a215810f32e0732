using Distill.Learning.Onnx;
using Distill.Pipeline.Storage;

namespace Distill.Artifacts;

/// <summary>Graphs as files.</summary>
public static class OnnxModelFiles
{
    private const string DataSuffix = ".data";

    private static readonly OnnxFile Format = new("distill", []);

    /// <summary>The model as it would be in a file. Of a network whose weights fit one.</summary>
    public static byte[] Bytes(OnnxGraph graph)
    {
        using var memory = new MemoryStream();
        Format.Write(memory, graph);
        return memory.ToArray();
    }

    /// <summary>Deletes the models of an earlier run that this one did not write.</summary>
    public static void DeleteOthers(string folder, IEnumerable<string> written)
    {
        foreach (var other in Directory.GetFiles(folder, "model*.onnx*").ExceptBy(written, Path.GetFileName))
        {
            Durable.Files.DeleteFile(other);
        }
    }

    /// <summary>Writes a model durably, its weights beside it where they are too large for one file.</summary>
    /// <returns>The files' names.</returns>
    public static IReadOnlyList<string> Write(string path, OnnxGraph graph)
    {
        var name = Path.GetFileName(path);
        if (!OnnxFile.NeedsDataFile(graph))
        {
            Durable.WriteFile(path, stream => Format.Write(stream, graph));
            return [name];
        }

        Durable.WriteFile(path + DataSuffix, data => Durable.WriteFile(path, stream => Format.Write(stream, graph, data, name + DataSuffix)));
        return [name, name + DataSuffix];
    }
}
