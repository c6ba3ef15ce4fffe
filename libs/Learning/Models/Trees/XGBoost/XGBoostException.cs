namespace DaprHep.Learning.Models.Trees.XGBoost;

/// <summary>libxgboost is missing, or refused a call.</summary>
public sealed class XGBoostException : Exception
{
    /// <summary>Reports a failure.</summary>
    /// <param name="message">What happened and what to do.</param>
    public XGBoostException(string message) : base(message)
    {
    }

    /// <summary>Reports a failure.</summary>
    /// <param name="message">What happened and what to do.</param>
    /// <param name="cause">What the runtime said.</param>
    public XGBoostException(string message, Exception cause) : base(message, cause)
    {
    }
}
