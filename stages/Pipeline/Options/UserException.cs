namespace Distill.Pipeline.Options;

/// <summary>
/// The user's input is wrong: an option, a path or a file. The message names the place, what was found and what was expected. It is shown
/// without a stack trace, and the exit code is 1.
/// </summary>
public class UserException(string message) : Exception(message);
