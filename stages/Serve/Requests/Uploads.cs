using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Distill.Serve.Requests;

/// <summary>
/// Reads the images of a request, one at a time and in memory only: the body is one image, or a form (RFC 7578) with one part per image.
/// </summary>
internal sealed class Uploads(ServeOptions limits)
{
    private const int Chunk = 64 * 1024;

    /// <summary>Reads one image after the other.</summary>
    /// <exception cref="RequestRefusedException">The request is above a limit, or not in either form.</exception>
    public async IAsyncEnumerable<Upload> ReadAsync(HttpRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase))
        {
            yield return new Upload(null, await ReadAllAsync(request.Body, "the body", cancel));
            yield break;
        }

        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (string.IsNullOrEmpty(boundary))
        {
            throw new RequestRefusedException(400, "the header Content-Type has no boundary, expected multipart/form-data with one");
        }

        var parts = new MultipartReader(boundary, request.Body);
        var count = 0;
        while (await parts.ReadNextSectionAsync(cancel) is { } part)
        {
            count++;
            if (count > limits.MaxImages)
            {
                throw new RequestRefusedException(413, $"found more than {limits.MaxImages} images, the most that one request may have");
            }

            var file = NameOf(part)
                ?? throw new RequestRefusedException(400, $"part {count} of the form has no file name, expected image files only");
            yield return new Upload(file, await ReadAllAsync(part.Body, file, cancel));
        }

        if (count == 0)
        {
            throw new RequestRefusedException(400, "found no image in the form, expected one part per image");
        }
    }

    private static string? NameOf(MultipartSection part) => part.GetContentDispositionHeader() is { } header
        && (header.FileNameStar.Length > 0 ? header.FileNameStar : header.FileName) is { Length: > 0 } name
            ? HeaderUtilities.RemoveQuotes(name).Value
            : null;

    private async Task<byte[]> ReadAllAsync(Stream stream, string name, CancellationToken cancel)
    {
        using var all = new MemoryStream();
        var buffer = new byte[Chunk];
        while (await stream.ReadAsync(buffer, cancel) is > 0 and var count)
        {
            if (all.Length + count > limits.MaxBytes)
            {
                throw new RequestRefusedException(413, $"{name} has more than {limits.MaxMegabytes} MB, the most that an image may have");
            }

            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }
}

/// <summary>An image file of a request.</summary>
/// <param name="File">Its name in the form; null if it is the body.</param>
/// <param name="Bytes">The content of the file.</param>
internal sealed record Upload(string? File, byte[] Bytes);
