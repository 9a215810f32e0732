using System.Text.Json;
using Stages.Pipeline.Options;
using Stages.Pipeline.Storage;

namespace Stages.Pipeline.Plan;

/// <summary>
/// Keeps a second process out of a pipeline's folder while one runs. The hold is the kernel's lock on
/// <c>pipeline.hold</c>, not the file itself: it ends with the process, however that ends, so none is ever stale.
/// </summary>
public sealed class PipelineHold : IDisposable
{
    private const int WouldBlock = 11;

    private readonly FileStream _file;

    private PipelineHold(FileStream file) => _file = file;

    /// <param name="path">The hold's file; it is made, and stays.</param>
    /// <param name="clock">Tells the holder's time of start.</param>
    /// <exception cref="UserException">Another process, which the message names, holds the pipeline.</exception>
    public static PipelineHold Take(string path, TimeProvider clock)
    {
        Durable.MakeFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            file.SetLength(0);
            JsonSerializer.Serialize(file, new PipelineHolder(Environment.ProcessId, Environment.MachineName, clock.GetUtcNow()), PipelineHolder.Json);
            file.Flush();
            return new PipelineHold(file);
        }
        catch (IOException taken) when (taken.HResult == WouldBlock)
        {
            throw new UserException($"{path}: this pipeline is being run by {Holder(path)}; wait until it is done, or stop it");
        }
    }

    /// <summary>Lets the next process in.</summary>
    public void Dispose() => _file.Dispose();

    private static string Holder(string path)
    {
        try
        {
            using var file = new FileStream(LibC.OpenFile(path), FileAccess.Read);
            return JsonSerializer.Deserialize<PipelineHolder>(file, PipelineHolder.Json)?.ToString() ?? "another process";
        }
        catch (Exception unwritten) when (unwritten is JsonException or IOException)
        {
            // The holder has its lock and is about to write its name.
            return "another process";
        }
    }
}
