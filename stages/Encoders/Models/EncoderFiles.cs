using Distill.Encoders.Options;
using Distill.Learning.Onnx;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Encoders.Models;

/// <summary>The files of an encoder: the model, the files with its weights, and the file that describes its input.</summary>
public static class EncoderFiles
{
    /// <summary>Returns the SHA-256 of the model; if more files decide the features, that of the list of their hashes.</summary>
    /// <exception cref="UserException">A file is missing, or the model is damaged.</exception>
    public static string Fingerprint(EncoderOptions options)
    {
        Check(options);
        string[] paths = [.. PathsOf(options)];
        return paths is [var model]
            ? FileHash.OfFile(model)
            : FileHash.OfFiles(paths.Select(path => (Path.GetFileName(path), FileHash.OfFile(path))));
    }

    /// <summary>Counts the weights of the model.</summary>
    public static long ParameterCount(EncoderOptions options) => ReadModel(options).ParameterCount;

    /// <summary>Checks that the model exists.</summary>
    /// <exception cref="UserException">It does not; the message says how to get a known one.</exception>
    public static void Check(EncoderOptions options)
    {
        if (!File.Exists(options.File))
        {
            var known = KnownEncoder.All.FirstOrDefault(encoder => encoder.Value.Options.File == options.File).Key;
            throw new UserException($"{options.Where}: found {options.File}, which does not exist"
                + (known is null ? "" : $"; distill data fetch downloads the encoder {known}"));
        }
    }

    private static IEnumerable<string> PathsOf(EncoderOptions options)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(options.File))!;
        foreach (var external in ReadModel(options).ExternalFiles.Select(file => Path.Combine(folder, file)))
        {
            yield return File.Exists(external)
                ? external
                : throw new UserException($"{options.File}: its weights are in {external}, which does not exist; copy it there");
        }

        yield return options.File;
        if (PreprocessorFile.Beside(options.File) is { } described)
        {
            yield return described.Path;
        }
    }

    private static OnnxModel ReadModel(EncoderOptions options)
    {
        try
        {
            return OnnxModel.Read(options.File);
        }
        catch (InvalidDataException damaged)
        {
            throw new UserException(damaged.Message);
        }
    }
}
