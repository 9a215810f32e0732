namespace Distill.Pipeline.Options;

/// <summary>
/// What the user gave is wrong: an option, a path, a file. The message is one clear sentence that names the
/// place, what was found and what was expected; it is shown without a stack trace, and the exit code is 1.
/// </summary>
public sealed class UserException(string message) : Exception(message);
