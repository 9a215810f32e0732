using Distill.Datasets.Images;
using Distill.Datasets.Packs;
using Distill.Pipeline.Storage;
using Tests.Faults;
using Tests.Pipeline;

namespace Tests.Datasets.Packs;

public sealed class PackWriterTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly GrayPixels _source = new();

    /// <summary>Eight images of 100 bytes, of which only some may be in memory at once.</summary>
    [Theory]
    [InlineData(1, new[] { 1, 2, 3, 4, 5, 6, 7, 8 })]
    [InlineData(299, new[] { 2, 4, 6, 8 })]
    [InlineData(300, new[] { 3, 6, 8 })]
    [InlineData(800, new[] { 8 })]
    public void Images_are_decoded_in_chunks_of_limited_size(long chunkBytes, int[] expected)
    {
        var decodedAtWrites = new List<int>();
        Durable.UseFileSystem(new FaultyFileSystem(Durable.Files, operation =>
        {
            if (operation.Kind == "write")
            {
                decodedAtWrites.Add(_source.Decoded);
            }

            return null;
        }));
        var layout = PackLayout.Create(8, _ => GrayPixels.Shape);
        var file = new PackFile(_folder["pack/0"], "a", layout.Files.Single());
        new PackWriter(_folder["pack"], _source, layout, _ => { }, TimeProvider.System, chunkBytes).Complete([file]);

        Assert.Equal([0, .. expected], decodedAtWrites.Distinct());
    }

    [Fact]
    public void A_chunk_has_at_most_so_many_images_and_stays_within_its_file()
    {
        var layout = PackLayout.Create(7, _ => GrayPixels.Shape, fileBytes: 400);

        Assert.Equal(
            [[0, 1, 2], [3], [4, 5, 6]],
            layout.Files.SelectMany(range => layout.Chunks(range, mostImages: 3, mostBytes: long.MaxValue)));
    }

    public void Dispose()
    {
        Durable.UseFileSystem(null);
        _folder.Dispose();
    }

    private sealed class GrayPixels : IPixels
    {
        public static readonly ImageShape Shape = new(1, 10, 10);

        private int _decoded;

        public int Decoded => _decoded;

        public (int Height, int Width) SizeOf(int index) => (Shape.Height, Shape.Width);

        public DecodedImage Decode(int index)
        {
            Interlocked.Increment(ref _decoded);
            return new DecodedImage(Shape, new byte[Shape.Size]);
        }
    }
}
