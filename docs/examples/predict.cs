#:package Microsoft.ML.OnnxRuntime@1.31.1
#:package SkiaSharp@3.119.4
#:package SkiaSharp.NativeAssets.Linux.NoDependencies@3.119.4
// Classifies image files with a published student: dotnet run predict.cs FOLDER IMAGE...
using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using SkiaSharp;

var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(args[0], "config.json"))).RootElement;
var (timm, own) = (config.GetProperty("pretrained_cfg"), config.GetProperty("distill"));
int[] size = [.. timm.GetProperty("input_size").EnumerateArray().Select(n => n.GetInt32())];
var (crop, temperature) = (timm.GetProperty("crop_pct").GetDouble(), own.GetProperty("temperature").GetDouble());
var limit = own.TryGetProperty("shorterSide", out var given) && given.ValueKind == JsonValueKind.Number ? given.GetInt32() : int.MaxValue;
using var session = new InferenceSession(Path.Combine(args[0], "model.onnx"));
foreach (var path in args[1..])
{
    using var images = OrtValue.CreateTensorValueFromMemory(Prepare(path), [1, .. size.Select(n => (long)n)]);
    using var outputs = session.Run(new RunOptions(), ["pixel_values"], [images], ["logits"]);
    var logits = outputs[0].GetTensorDataAsSpan<float>().ToArray();
    var best = Array.IndexOf(logits, logits.Max());
    var probability = 1 / logits.Sum(x => Math.Exp((x - logits[best]) / temperature));
    Console.WriteLine(FormattableString.Invariant($"{path}: {config.GetProperty("label_names")[best]} ({100 * probability:0.0} %)"));
}

// What the network sees of a picture, in [0, 1]: all of a picture of its size, otherwise the centered square.
float[] Prepare(string path)
{
    var image = Decode(File.ReadAllBytes(path), channels: size[0]);
    var shorter = Math.Min(image.Height, image.Width);
    if (shorter > limit)
    {
        int Scaled(int side) => (int)Math.Round((double)side * limit / shorter);
        image = Resize(image, 0, 0, image.Height, image.Width, Scaled(image.Height), Scaled(image.Width));
    }

    if (crop < 1 || (image.Height, image.Width) != (size[1], size[2]))
    {
        var side = crop * Math.Min(image.Height, image.Width);
        image = Resize(image, (image.Height - side) / 2, (image.Width - side) / 2, side, side, size[1], size[2]);
    }

    return [.. image.Planes.SelectMany(plane => plane.Select(value => value / 255f))];
}

// Upright, with white in place of transparency.
static Picture Decode(byte[] file, int channels)
{
    using var data = SKData.CreateCopy(file);
    using var codec = SKCodec.Create(data) ?? throw new InvalidDataException("not an image");
    var (width, height, origin) = (codec.Info.Width, codec.Info.Height, Orientation(file, codec));
    using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
    codec.GetPixels(bitmap.Info, bitmap.GetPixels());
    var rgba = bitmap.Bytes;
    var sideways = origin >= SKEncodedOrigin.LeftTop;
    var upright = new Picture([.. Enumerable.Range(0, channels).Select(_ => new float[width * height])], sideways ? width : height, sideways ? height : width);
    for (var y = 0; y < height; y++)
    {
        for (var x = 0; x < width; x++)
        {
            var (right, down) = (width - 1 - x, height - 1 - y);
            var (row, column) = origin switch
            {
                SKEncodedOrigin.TopRight => (y, right),
                SKEncodedOrigin.BottomRight => (down, right),
                SKEncodedOrigin.BottomLeft => (down, x),
                SKEncodedOrigin.LeftTop => (x, y),
                SKEncodedOrigin.RightTop => (x, down),
                SKEncodedOrigin.RightBottom => (right, down),
                SKEncodedOrigin.LeftBottom => (right, y),
                _ => (y, x),
            };
            var alpha = rgba[(4 * (y * width + x)) + 3];
            int[] colors = [.. rgba.AsSpan(4 * (y * width + x), 3).ToArray().Select(value => (value * alpha + 255 * (255 - alpha) + 127) / 255)];
            var to = row * upright.Width + column;
            for (var channel = 0; channel < channels; channel++)
            {
                upright.Planes[channel][to] = channels == 3 ? colors[channel]
                    : (colors[0] * 19595 + colors[1] * 38470 + colors[2] * 7471 + 0x8000) >> 16; // luma
            }
        }
    }

    return upright;
}

// Skia reads the orientation of JPEG files only.
static SKEncodedOrigin Orientation(byte[] file, SKCodec codec)
{
    var (name, skipped) = codec.EncodedFormat == SKEncodedImageFormat.Png ? ("eXIf", 4) : ("EXIF", 8);
    var at = file.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(name));
    if (codec.EncodedFormat is not (SKEncodedImageFormat.Png or SKEncodedImageFormat.Webp) || at < 0)
    {
        return codec.EncodedOrigin == 0 ? SKEncodedOrigin.TopLeft : codec.EncodedOrigin;
    }

    var tiff = file.AsSpan(at + skipped);
    tiff = tiff.StartsWith("Exif\0\0"u8) ? tiff[6..] : tiff;
    var little = tiff[0] == 'I';
    ushort Short(ReadOnlySpan<byte> from) => little ? BinaryPrimitives.ReadUInt16LittleEndian(from) : BinaryPrimitives.ReadUInt16BigEndian(from);
    var entries = tiff[(int)(little ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]))..];
    for (var i = 0; i < Short(entries); i++)
    {
        if (Short(entries[(2 + (12 * i))..]) == 0x0112)
        {
            return (SKEncodedOrigin)Short(entries[(2 + (12 * i) + 8)..]);
        }
    }

    return SKEncodedOrigin.TopLeft;
}

// Antialiased and bicubic, as Pillow and torchvision resize.
static Picture Resize(Picture image, double top, double left, double height, double width, int rows, int columns)
{
    var (vertical, horizontal) = (Taps(image.Height, top, height, rows), Taps(image.Width, left, width, columns));
    return new Picture([.. image.Planes.Select(plane =>
    {
        var lines = new double[rows * image.Width];
        var result = new float[rows * columns];
        for (var y = 0; y < rows; y++)
        {
            foreach (var (from, weight) in vertical[y])
            {
                for (var x = 0; x < image.Width; x++)
                {
                    lines[(y * image.Width) + x] += weight * plane[(from * image.Width) + x];
                }
            }

            for (var x = 0; x < columns; x++)
            {
                var sum = horizontal[x].Sum(tap => tap.Weight * lines[(y * image.Width) + tap.From]);
                result[(y * columns) + x] = (float)Math.Clamp(Math.Round(sum), 0, 255);
            }
        }

        return result;
    })], rows, columns);
}

static (int From, double Weight)[][] Taps(int side, double start, double length, int outputs)
{
    var (step, scale) = (length / outputs, Math.Max(1, length / outputs));
    return [.. Enumerable.Range(0, outputs).Select(output =>
    {
        var center = start + ((output + 0.5) * step);
        var (first, end) = (Math.Max(0, (int)(center - (2 * scale) + 0.5)), Math.Min(side, (int)(center + (2 * scale) + 0.5)));
        (int From, double Weight)[] taps = [.. Enumerable.Range(first, end - first).Select(from => (from, Cubic(Math.Abs((from + 0.5 - center) / scale))))];
        var total = taps.Sum(tap => tap.Weight);
        return taps.Select(tap => (tap.From, tap.Weight / total)).ToArray();
    })];
}

static double Cubic(double x) => x < 1 ? (((1.5 * x) - 2.5) * x * x) + 1 : x < 2 ? (((((x - 5) * x) + 8) * x) - 4) * -0.5 : 0;

internal sealed record Picture(float[][] Planes, int Height, int Width);
