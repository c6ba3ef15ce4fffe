using System.Text.Json;

namespace DaprHep.Learning.Models.Trees.XGBoost;

/// <summary>Reads the trees out of a booster as XGBoost writes it in JSON (its documentation's "Introduction to Model IO").</summary>
internal static class BoosterJson
{
    /// <summary>The trees, in the order of XGBoost.</summary>
    /// <exception cref="XGBoostException">This is no booster of numeric splits.</exception>
    internal static DecisionTree[] Read(ReadOnlySpan<byte> json, int features, int classes)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            var model = document.RootElement.GetProperty("learner").GetProperty("gradient_booster").GetProperty("model");
            var classOf = Values(model, "tree_info", e => e.GetInt32());
            return [.. model.GetProperty("trees").EnumerateArray().Select((tree, i) => Tree(tree, classOf[i], features, classes))];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new XGBoostException($"libxgboost writes trees that this version does not understand: {e.Message}", e);
        }
    }

    // From the root down and with the left child first, so that children come after their parents and deleted nodes are left out.
    private static DecisionTree Tree(JsonElement tree, int ofClass, int features, int classes)
    {
        var left = Values(tree, "left_children", e => e.GetInt32());
        var right = Values(tree, "right_children", e => e.GetInt32());
        var feature = Values(tree, "split_indices", e => e.GetInt32());
        var condition = Values(tree, "split_conditions", e => e.GetSingle());
        var order = new List<int> { 0 };
        var nodes = new List<TreeNode>();
        for (var i = 0; i < order.Count; i++)
        {
            var old = order[i];
            if (left[old] < 0)
            {
                nodes.Add(TreeNode.Leaf(condition[old]));
                continue;
            }

            if ((uint)feature[old] >= (uint)features || order.Count + 2 > left.Length)
                throw new InvalidOperationException($"node {old} splits feature {feature[old]} of {features}");
            nodes.Add(new TreeNode(feature[old], condition[old], order.Count, order.Count + 1, 0));
            order.Add(left[old]);
            order.Add(right[old]);
        }

        return (uint)ofClass < (uint)classes
            ? new DecisionTree(ofClass, [.. nodes])
            : throw new InvalidOperationException($"a tree is of class {ofClass} of {classes}");
    }

    private static T[] Values<T>(JsonElement parent, string name, Func<JsonElement, T> read) =>
        [.. parent.GetProperty(name).EnumerateArray().Select(read)];
}
