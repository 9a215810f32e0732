namespace Distill.Serve.Requests;

/// <summary>A request that is not answered. The message goes to the client.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="message">What was found, and what was expected.</param>
internal sealed class RequestRefusedException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
