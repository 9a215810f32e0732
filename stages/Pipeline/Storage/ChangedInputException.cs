namespace Distill.Pipeline.Storage;

/// <summary>
/// An input file has other content than when the run started. Stages that read it cannot resume, unless the old content comes back.
/// </summary>
public sealed class ChangedInputException(string message, Exception? inner = null) : IOException(message, inner);
