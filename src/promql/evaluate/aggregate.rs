//! Aggregations.

use super::super::ast::Aggregate;
use super::{Labels, Unknown, Vector, World, quantile};
use std::collections::BTreeMap;

impl World<'_> {
    pub(super) fn aggregate(self, node: &Aggregate, at: i64) -> Result<Vector, Unknown> {
        let param = match (node.op.text.as_str(), &node.param) {
            (_, None) => 0.0,
            ("quantile" | "topk" | "bottomk", Some(param)) => self.scalar(param, at)?,
            (other, Some(_)) => return Err(other.to_string()),
        };
        let mut groups: BTreeMap<Labels, Vector> = BTreeMap::new();
        for (labels, v) in self.vector(&node.expr, at)? {
            let keep = |name: &str| match &node.grouping {
                None => false,
                Some(g) => (name != "__name__" || !g.without) && g.labels.iter().any(|l| l.text == name) != g.without,
            };
            let key = labels.iter().filter(|(name, _)| keep(name)).map(|(k, v)| (k.clone(), v.clone())).collect();
            groups.entry(key).or_default().push((labels, v));
        }
        if let "topk" | "bottomk" = node.op.text.as_str() {
            let most = |a: f64, b: f64| if node.op.text == "topk" { b.total_cmp(&a) } else { a.total_cmp(&b) };
            return Ok(groups
                .into_values()
                .flat_map(|mut all| {
                    all.sort_by(|(_, a), (_, b)| most(*a, *b));
                    let some = all.len().min(param.max(0.0) as usize);
                    all.truncate(some);
                    all
                })
                .collect());
        }
        let reduce: fn(f64, &[f64]) -> f64 = match node.op.text.as_str() {
            "sum" => |_, v| v.iter().sum(),
            "avg" => |_, v| v.iter().sum::<f64>() / v.len() as f64,
            "min" => |_, v| v.iter().copied().fold(f64::NAN, f64::min),
            "max" => |_, v| v.iter().copied().fold(f64::NAN, f64::max),
            "count" => |_, v| v.len() as f64,
            "group" => |_, _| 1.0,
            "quantile" => |q, v| quantile::of_values(q, v.to_vec()),
            other => return Err(other.to_string()),
        };
        let values = |all: Vector| all.into_iter().map(|(_, v)| v).collect::<Vec<f64>>();
        Ok(groups.into_iter().map(|(labels, all)| (labels, reduce(param, &values(all)))).collect())
    }
}
