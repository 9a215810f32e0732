using Distill.Pipeline.Options;

namespace Distill.Learning.Native;

/// <summary>The system does not let a process measure its memory.</summary>
/// <param name="message">What is missing.</param>
public sealed class UnmeasuredMemoryException(string message) : UserException(message);
